import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Run } from './ends.ts';
import { cutPieces, type Piece, type PieceLimits } from './pieces.ts';

async function* each(runs: readonly Run[]): AsyncGenerator<Run> {
  yield* runs;
}

async function pieces(runs: readonly Run[], limits: PieceLimits): Promise<readonly Piece[]> {
  const found: Piece[] = [];
  for await (const piece of cutPieces(each(runs), limits)) found.push(piece);
  return found;
}

const run = fc.record({ length: fc.integer({ min: 1, max: 100 }), zero: fc.boolean() });

test('pieces cover every byte once, in order, in blocks, and no data counts as zero', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(run, { maxLength: 30 }),
      fc.constantFrom(1, 2, 8),
      async (runs, block) => {
        const size = runs.reduce((sum, { length }) => sum + length, 0);
        const limits = { size, dataMax: 16, zeroMax: 48, block };
        const isData = runs.flatMap(({ length, zero }) => Array<boolean>(length).fill(!zero));
        let at = 0;
        for (const { offset, length, zero } of await pieces(runs, limits)) {
          expect(offset).toBe(at);
          expect(offset % block).toBe(0);
          at += length;
          expect(length).toBeGreaterThan(0);
          expect(length).toBeLessThanOrEqual(zero ? 48 : 16);
          const kinds = new Set(isData.slice(offset, at));
          expect(zero ? !kinds.has(true) : block > 1 || !kinds.has(false)).toBe(true);
        }
        expect(at).toBe(size);
      },
    ),
  );
});

test('after a border between runs, the cuts fall in step again', async () => {
  const runs = [
    { length: 10, zero: true },
    { length: 30, zero: false },
  ];
  const limits = { size: 40, dataMax: 16, zeroMax: 64, block: 1 };
  expect(await pieces(runs, limits)).toEqual([
    { offset: 0, length: 10, zero: true },
    { offset: 10, length: 6, zero: false },
    { offset: 16, length: 16, zero: false },
    { offset: 32, length: 8, zero: false },
  ]);
});

test('runs that end too early are no reason to copy less', async () => {
  const limits = { size: 40, dataMax: 16, zeroMax: 64, block: 1 };
  await expect(pieces([{ length: 39, zero: false }], limits)).rejects.toThrow(
    'expected the runs of 40 bytes, found those of 39',
  );
});
