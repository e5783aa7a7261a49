import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMillis } from './backoff.ts';

it('a delay is from 0.1 to 5 seconds, and its bound doubles', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (retry, jitter) => {
        const millis = backoffMillis(retry, jitter);
        expect(millis).toBeGreaterThanOrEqual(100);
        expect(millis).toBeLessThanOrEqual(Math.min(5000, 100 * 2 ** retry));
      },
    ),
  );
  expect([1, 2, 3, 6].map((retry) => backoffMillis(retry, 1))).toEqual([200, 400, 800, 5000]);
});
