import { expect, test } from 'vitest';
import { clientLimitsWith, DEFAULT_CLIENT_LIMITS } from './client/client-limits.ts';
import {
  DEFAULT_LIMITS,
  DEFAULT_MEMORY_LIMITS,
  LIMIT_BOUNDS,
  limitsWith,
  memoryLimitsWith,
  type SessionLimits,
} from './limits.ts';

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

const families = [
  ['of a session', limitsWith, DEFAULT_LIMITS],
  ['of a client', clientLimitsWith, DEFAULT_CLIENT_LIMITS],
  ['of memory', memoryLimitsWith, DEFAULT_MEMORY_LIMITS],
] as const;

test.each(families)(
  'a limit %s that there is not is refused, and told which there are',
  (_, limitsIn, defaults) => {
    const known = Object.keys(defaults).join(', ');
    for (const name of ['inflightMax', 'maxConnections', 'constructor', '__proto__']) {
      const attempt = () => limitsIn(JSON.parse(`{ "${name}": 7 }`) as object);
      expect(attempt).toThrow(
        new TypeError(`limits: there is no "${name}", expected one of ${known}`),
      );
    }
  },
);

test.each(families)(
  'a limit %s that is set to undefined is refused, and none changes another',
  (_, limitsIn, defaults) => {
    for (const name of Object.keys(defaults)) {
      expect(() => limitsIn({ [name]: undefined })).toThrow(
        new RangeError(`${name} must be a whole number of at least 1, not undefined`),
      );
      expect(limitsIn({ [name]: 4096 })).toEqual({ ...defaults, [name]: 4096 });
    }
  },
);
