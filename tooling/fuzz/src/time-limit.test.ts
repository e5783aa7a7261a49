import { expect, test } from 'vitest';
import { withinTimeLimit } from './time-limit.ts';

test('what a task answers and throws comes through', () => {
  expect(withinTimeLimit(() => 5)).toBe(5);
  const error = new RangeError('as it is');
  expect(() =>
    withinTimeLimit(() => {
      throw error;
    }),
  ).toThrow(error);
});

test('a task that does not return is ended', () => {
  let turns = 0;
  const forEver = () => {
    for (;;) turns++;
  };
  expect(() => withinTimeLimit(forEver, 20)).toThrow(
    expect.objectContaining({ code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' }),
  );
  expect(turns).toBeGreaterThan(0);
});
