import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, LIMIT_BOUNDS, limitsWith, type SessionLimits } from './limits.ts';

const names = Object.keys(DEFAULT_LIMITS) as (keyof SessionLimits)[];

test('no overrides are the defaults', () => {
  expect(limitsWith()).toEqual(DEFAULT_LIMITS);
});

test('C-131 C-221 C-222 the defaults let through what clients may expect', () => {
  expect(DEFAULT_LIMITS.payloadBytesMax).toBeGreaterThanOrEqual(2 ** 25);
  expect(DEFAULT_LIMITS.payloadDrainBytesMax).toBeGreaterThanOrEqual(2 ** 26);
});

test.each(names)(
  '%s can be set to any whole number within its bounds, and to nothing else',
  (name) => {
    const { minimum = 1, maximum = Number.MAX_SAFE_INTEGER } = LIMIT_BOUNDS[name] ?? {};
    for (const value of [minimum, 4096, maximum]) {
      expect(limitsWith({ [name]: value })).toEqual({ ...DEFAULT_LIMITS, [name]: value });
    }
    for (const value of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, '7', undefined]) {
      expect(() => limitsWith({ [name]: value })).toThrow(
        new RangeError(`${name} must be a whole number of at least 1, not ${value}`),
      );
    }
  },
);

test('C-135 the largest payload is at least what a disk prefers that says nothing of it', () => {
  expect(() => limitsWith({ payloadBytesMax: 4095 })).toThrow(
    new RangeError('payloadBytesMax must be at least 4096, not 4095'),
  );
});

test.each([
  ['nameBytesMax', 4096],
  ['extentsMax', 2 ** 20],
] as const)('C-049 C-257 %s is at most what the protocol knows, %i', (name, most) => {
  expect(() => limitsWith({ [name]: most + 1 })).toThrow(
    new RangeError(`${name} must be at most ${most}, not ${most + 1}`),
  );
});
