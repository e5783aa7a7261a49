import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BLOCK_BYTES, FOREIGN, stampedBlocks, stampsIn, ZEROES } from './stamped-blocks.ts';

const stamps = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const OLD = 0x0101_0101;
const NEW = 0x0202_0202;
const places = fc.integer({ min: 0, max: 2 ** 20 });

it('a block tells the stamp of its write, in its own place alone', () => {
  fc.assert(
    fc.property(stamps, places, fc.integer({ min: 1, max: 5 }), (stamp, first, count) => {
      const bytes = stampedBlocks(stamp, first, count);
      for (let i = 0; i < count; i++) {
        expect(stampsIn(bytes, i * BLOCK_BYTES, first + i)).toEqual([stamp]);
        expect(stampsIn(bytes, i * BLOCK_BYTES, first + i + 1)).toEqual([FOREIGN]);
      }
    }),
  );
});

it('a block of zeroes has the stamp of zeroes', () => {
  expect(stampsIn(new Uint8Array(BLOCK_BYTES), 0, 7)).toEqual([ZEROES]);
});

it('a block torn between two writes has the stamps of both, and one torn within a stamp that of neither', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: BLOCK_BYTES - 1 }), places, (after, block) => {
      const bytes = stampedBlocks(OLD, block, 1);
      bytes.set(stampedBlocks(NEW, block, 1).subarray(0, after));
      const found = stampsIn(bytes, 0, block);
      expect(found.includes(OLD)).toBe(after <= BLOCK_BYTES - 8);
      expect(found.includes(NEW)).toBe(after >= 4);
      const isWithin = after % 8 > 0 && after % 8 < 4;
      expect(found.some((stamp) => stamp !== OLD && stamp !== NEW)).toBe(isWithin);
    }),
  );
});

it('one bit that is flipped makes a block foreign, or that of another write beside its own', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: BLOCK_BYTES * 8 - 1 }), stamps, (bit, stamp) => {
      const bytes = stampedBlocks(stamp, 3, 1);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(stampsIn(bytes, 0, 3)).toHaveLength(2);
    }),
  );
});
