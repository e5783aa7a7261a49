import { afterEach, expect, test } from 'vitest';
import { sorted } from '../test/branches.ts';
import { Coverage } from './coverage.ts';

const coverage = new Coverage(['/tooling/fuzz/test/branches']);

afterEach(() => {
  coverage.look(true);
});

test('a function is new once, and so is each of its blocks', () => {
  sorted(1);
  expect(coverage.look(true).isNew).toBe(true);
  sorted(2);
  expect(coverage.look(true).isNew).toBe(false);
  sorted(200);
  expect(coverage.look(false).isNew).toBe(true);
  sorted(300);
  expect(coverage.look(true).isNew).toBe(true);
  sorted(400);
  sorted(4);
  expect(coverage.look(true).isNew).toBe(false);
});

test('the runs of the block that ran most often are told', () => {
  for (let i = 0; i < 1000; i++) sorted(1);
  const { runsMax } = coverage.look(true);
  expect(runsMax).toBe(1000);
  expect(coverage.look(true).runsMax).toBe(0);
});
