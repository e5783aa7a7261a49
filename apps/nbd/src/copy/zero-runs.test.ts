import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zeroRuns } from './zero-runs.ts';

test('runs cover the bytes, alternate, and a zero run holds zeroes and whole grains', () => {
  const parts = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom(0, 7)), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(parts, fc.constantFrom(1, 4, 16), (runs, grain) => {
      const bytes = Buffer.concat(runs.map(([length, value]) => Buffer.alloc(length, value)));
      let at = 0;
      let last: boolean | undefined;
      for (const { start, end, zero } of zeroRuns(bytes, grain)) {
        expect(start).toBe(at);
        expect(zero).not.toBe(last);
        expect(start % grain).toBe(0);
        expect(!zero || bytes.subarray(start, end).every((byte) => byte === 0)).toBe(true);
        at = end;
        last = zero;
      }
      expect(at).toBe(bytes.length);
    }),
  );
});

test('a grain of zeroes is found wherever it is, and less than one is not', () => {
  const bytes = Buffer.alloc(64, 1);
  bytes.fill(0, 16, 32);
  bytes.fill(0, 33, 63);
  expect(zeroRuns(bytes, 16)).toEqual([
    { start: 0, end: 16, zero: false },
    { start: 16, end: 32, zero: true },
    { start: 32, end: 64, zero: false },
  ]);
});

test('zeroes longer than what is compared in one go are found, and a last byte in them, too', () => {
  const bytes = new Uint8Array(2 ** 18);
  expect(zeroRuns(bytes, 2 ** 18)).toEqual([{ start: 0, end: 2 ** 18, zero: true }]);
  bytes[2 ** 18 - 1] = 1;
  expect(zeroRuns(bytes, 2 ** 18)).toEqual([{ start: 0, end: 2 ** 18, zero: false }]);
});

test('without a grain, all is data', () => {
  expect(zeroRuns(new Uint8Array(8), 0)).toEqual([{ start: 0, end: 8, zero: false }]);
});
