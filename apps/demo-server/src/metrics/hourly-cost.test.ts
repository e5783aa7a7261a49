import { expect, test } from 'vitest';
import { addCost, costOfHour, HOURLY_COST_LENGTH } from './hourly-cost.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

test('an hour costs what was added in its minutes, and forgets them one by one', () => {
  const cells = new Float64Array(HOURLY_COST_LENGTH);
  expect(costOfHour(cells, START)).toBe(0);
  for (let minute = 0; minute < 150; minute++) {
    addCost(cells, 1, START + minute * MINUTE);
    addCost(cells, 1, START + minute * MINUTE + MINUTE - 1);
    expect(costOfHour(cells, START + minute * MINUTE)).toBe(2 * Math.min(minute + 1, 60));
  }
  expect(costOfHour(cells, START + 179 * MINUTE)).toBe(60);
  expect(costOfHour(cells, START + 208 * MINUTE)).toBe(2);
  expect(costOfHour(cells, START + 209 * MINUTE)).toBe(0);
});

test('a clock that is set back has no costs of its future', () => {
  const cells = new Float64Array(HOURLY_COST_LENGTH);
  addCost(cells, 1, START + 5 * MINUTE);
  expect(costOfHour(cells, START)).toBe(0);
  addCost(cells, 3, START);
  expect(costOfHour(cells, START)).toBe(3);
});
