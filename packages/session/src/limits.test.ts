import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, limitsWith, type SessionLimits } from './limits.ts';

const names = Object.keys(DEFAULT_LIMITS) as (keyof SessionLimits)[];

test('no overrides are the defaults', () => {
  expect(limitsWith()).toEqual(DEFAULT_LIMITS);
});

test('C-131 C-221 C-222 the defaults let through what clients may expect', () => {
  expect(DEFAULT_LIMITS.payloadBytesMax).toBeGreaterThanOrEqual(2 ** 25);
  expect(DEFAULT_LIMITS.payloadDrainBytesMax).toBeGreaterThanOrEqual(2 ** 26);
});

test.each(names)('%s can be set to any whole number from 1 on, and to nothing else', (name) => {
  for (const value of [1, 12_345, Number.MAX_SAFE_INTEGER]) {
    expect(limitsWith({ [name]: value })).toEqual({ ...DEFAULT_LIMITS, [name]: value });
  }
  for (const value of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, '7', undefined]) {
    expect(() => limitsWith({ [name]: value })).toThrow(
      new RangeError(`${name} must be a whole number of at least 1, not ${value}`),
    );
  }
});
