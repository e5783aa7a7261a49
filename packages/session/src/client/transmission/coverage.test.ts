import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propertyRuns } from '../../../test/property-runs.ts';
import { Coverage } from './coverage.ts';

const LENGTH = 60;

test('K-025 it takes what an array of bytes would, and is whole when that is', () => {
  const range = fc.tuple(fc.nat(LENGTH - 1), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 60 }), (ranges) => {
      const coverage = new Coverage();
      const model = new Uint8Array(LENGTH);
      for (const [start, length] of ranges) {
        const end = Math.min(start + length, LENGTH);
        const isFree = model.subarray(start, end).every((byte) => byte === 0);
        expect(coverage.add(start, end)).toBe(isFree);
        if (isFree) model.fill(1, start, end);
        expect(coverage.isWhole(LENGTH)).toBe(model.every((byte) => byte === 1));
      }
    }),
    propertyRuns(500),
  );
});

test('K-025 all of a range in any order of its pieces is whole', () => {
  const pieces = fc.shuffledSubarray([...Array(20).keys()], { minLength: 20 });
  fc.assert(
    fc.property(pieces, (order) => {
      const coverage = new Coverage();
      for (const [i, piece] of order.entries()) {
        expect(coverage.isWhole(100)).toBe(false);
        expect(coverage.add(5 * piece, 5 * piece + 5)).toBe(true);
        expect(coverage.isWhole(100)).toBe(i === 19);
      }
    }),
    propertyRuns(200),
  );
});

test('what is scattered over too many islands is not taken, what joins them is', () => {
  const coverage = new Coverage();
  let islands = 0;
  while (islands < 10_000 && coverage.add(2 * islands, 2 * islands + 1)) islands++;
  expect(islands).toBe(4096);
  expect(coverage.add(1, 2)).toBe(true);
  expect(coverage.add(2 * islands, 2 * islands + 1)).toBe(true);
  expect(coverage.add(2 * islands + 2, 2 * islands + 3)).toBe(false);
});
