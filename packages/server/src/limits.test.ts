import { DEFAULT_LIMITS, DEFAULT_MEMORY_LIMITS } from '@nbd/session';
import { expect, test } from 'vitest';
import { type Limit, LIMITS, memoryLimitsIn, serverLimitsWith, sessionLimitsIn } from './limits.ts';

test('without overrides each limit has its default, those of sessions and their memory too', () => {
  const limits = serverLimitsWith();
  const defaults = Object.entries(LIMITS).map(([name, limit]: [string, Limit]) => [
    name,
    limit.default,
  ]);
  expect(limits).toEqual(Object.fromEntries(defaults));
  expect(sessionLimitsIn(limits)).toEqual(DEFAULT_LIMITS);
  expect(memoryLimitsIn(limits, 1)).toEqual(DEFAULT_MEMORY_LIMITS);
});

test('what is said of one limit changes no other', () => {
  const limits = serverLimitsWith({ extentsMax: 7, lentBytesMax: 9 });
  expect(limits).toEqual({ ...serverLimitsWith(), extentsMax: 7, lentBytesMax: 9 });
  expect(sessionLimitsIn(limits)).toEqual({ ...DEFAULT_LIMITS, extentsMax: 7 });
});

test('a limit that is set to undefined has its default, and one that is null is refused', () => {
  expect(serverLimitsWith({ idleTimeout: undefined } as object)).toEqual(serverLimitsWith());
  expect(() => serverLimitsWith({ idleTimeout: null } as object)).toThrow(
    new RangeError('idleTimeout must be a whole number from 0 to 2147483647, not null'),
  );
});

test.each([['inflightMax'], ['maxConnections'], ['constructor']])(
  'a limit that there is not, such as %s, is refused: whoever set it relies on it',
  (name) => {
    const attempt = () => serverLimitsWith({ [name]: 7 });
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(
      `limits: there is no "${name}", expected one of connectionsPerAddressMax, tlsHandshakeTimeout, `,
    );
  },
);

test('of what is for all connections each of several threads has a part, and at least one', () => {
  const limits = serverLimitsWith({
    allInFlightMax: 2,
    idleBytesMax: 400,
    lentBytesMax: 800,
    allUnsentBytesMax: 1001,
  });
  expect(memoryLimitsIn(limits, 4)).toEqual({
    allInFlightMax: 1,
    idleBytesMax: 100,
    lentBytesMax: 200,
    allUnsentBytesMax: 251,
  });
});
