import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkExtents } from './walk-extents.ts';

const CONTEXT = 'qemu:dirty-bitmap:b';

async function gather<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

describe('a walk over extents', () => {
  it('joins what replies cut, takes less and more than it asked for, and covers the range (K-029)', async () => {
    const flagsOfBlocks = fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        flagsOfBlocks,
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        async (blocks, sizes) => {
          const offset = Math.floor(blocks.length / 3);
          const length = Math.ceil(blocks.length / 2);
          const end = Math.min(offset + length, blocks.length);
          const found = await gather(
            walkExtents({ context: CONTEXT, offset, length: end - offset }, async (piece) => {
              const count = Math.min(sizes.next().value, blocks.length - piece.offset);
              const some = blocks.slice(piece.offset, piece.offset + count);
              return some.map((flags) => ({ length: 1, flags }));
            }),
          );
          expect(
            found.flatMap((extent) => Array<number>(extent.length).fill(extent.flags)),
          ).toEqual(blocks.slice(offset, end));
          for (const [i, extent] of found.entries()) {
            expect(extent.flags).not.toBe(found[i + 1]?.flags);
          }
        },
      ),
    );
  });

  it('says holes and zeroes of base:allocation only', async () => {
    const walk = { offset: 0, length: 8 };
    expect(await gather(walkExtents({ context: 'base:allocation', ...walk }, holeAndData))).toEqual(
      [
        { offset: 0, length: 4, flags: 3, hole: true, zero: true },
        { offset: 4, length: 4, flags: 0, hole: false, zero: false },
      ],
    );
    expect(await gather(walkExtents({ context: CONTEXT, ...walk }, holeAndData))).toEqual([
      { offset: 0, length: 4, flags: 3 },
      { offset: 4, length: 4, flags: 0 },
    ]);
  });

  it('asks at multiples of the block size, though extents end anywhere (K-018)', async () => {
    const asked: number[] = [];
    const walk = { context: CONTEXT, offset: 1024, length: 2048, minimum: 512 };
    const found = await gather(
      walkExtents(walk, async ({ offset }) => {
        asked.push(offset);
        return [
          { length: 600, flags: offset === 1024 ? 0 : 1 },
          { length: 5, flags: 2 },
        ];
      }),
    );
    expect(asked).toEqual([1024, 1536, 2048, 2560]);
    expect(found).toEqual([
      { offset: 1024, length: 600, flags: 0 },
      { offset: 1624, length: 5, flags: 2 },
      { offset: 1629, length: 507, flags: 1 },
      { offset: 2136, length: 5, flags: 2 },
      { offset: 2141, length: 507, flags: 1 },
      { offset: 2648, length: 5, flags: 2 },
      { offset: 2653, length: 419, flags: 1 },
    ]);
  });

  it('does not go on for ever when the server says no more than before', async () => {
    const walk = { context: CONTEXT, offset: 0, length: 2048, minimum: 512 };
    await expect(gather(walkExtents(walk, little))).rejects.toMatchObject({
      code: 'EPROTO',
      offset: 100,
    });
  });

  it('does not go on for ever when the server says nothing', async () => {
    const walk = { context: CONTEXT, offset: 0, length: 8 };
    await expect(gather(walkExtents(walk, async () => []))).rejects.toMatchObject({
      code: 'EPROTO',
    });
  });
});

async function little(): Promise<{ length: number; flags: number }[]> {
  return [{ length: 100, flags: 0 }];
}

async function holeAndData(): Promise<{ length: number; flags: number }[]> {
  return [
    { length: 4, flags: 3 },
    { length: 100, flags: 0 },
  ];
}
