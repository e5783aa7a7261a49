import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignedDown, checkRange, overlaps, piecesOf } from './range.ts';

describe('a range that cannot be asked for throws before anything is sent (K-018, K-019)', () => {
  it.each([
    [-1, 0, 'offset must be a whole number'],
    [0.5, 512, 'offset must be a whole number'],
    [0, -512, 'length must be a whole number'],
    [0, Number.NaN, 'length must be a whole number'],
    [4096, 1, 'inside the export of 4096 bytes, found 1 bytes at 4096'],
    [1024, Number.MAX_SAFE_INTEGER, 'inside the export'],
    [1, 512, 'multiples of the minimum block size, 512, found 512 bytes at 1'],
    [512, 100, 'multiples of the minimum block size'],
  ])('%d, %d', (offset, length, text) => {
    expect(() => checkRange(offset, length, 4096, 512)).toThrow(RangeError);
    expect(() => checkRange(offset, length, 4096, 512)).toThrow(text);
  });

  it('and all others do not', () => {
    expect(() => checkRange(512, 3584, 4096, 512)).not.toThrow();
    expect(() => checkRange(4096, 0, 4096, 512)).not.toThrow();
  });
});

describe('pieces (K-018)', () => {
  it('cover the range in order, without gaps, none empty and none too long', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2 ** 40 }),
        fc.nat({ max: 10_000 }),
        fc.integer({ min: 1, max: 5000 }),
        (offset, length, lengthMax) => {
          let at = offset;
          const unfit = [...piecesOf({ offset, length }, lengthMax)].filter((piece) => {
            const follows = piece.offset === at;
            at += piece.length;
            return !follows || piece.length < 1 || piece.length > lengthMax;
          });
          expect(unfit).toEqual([]);
          expect(at).toBe(offset + length);
        },
      ),
    );
  });

  it('are whole blocks when their bound is', () => {
    expect(alignedDown(2 ** 32 - 1, 4096)).toBe(2 ** 32 - 4096);
    expect(alignedDown(100, 512)).toBe(512);
    expect(alignedDown(1024, 512)).toBe(1024);
  });
});

it('ranges overlap when they share a byte', () => {
  const a = { offset: 10, length: 10 };
  expect(overlaps(a, { offset: 19, length: 1 })).toBe(true);
  expect(overlaps(a, { offset: 0, length: 100 })).toBe(true);
  expect(overlaps(a, { offset: 20, length: 1 })).toBe(false);
  expect(overlaps(a, { offset: 0, length: 10 })).toBe(false);
});
