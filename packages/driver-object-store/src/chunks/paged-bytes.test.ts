import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkPool } from './chunk-pool.ts';
import { PagedBytes } from './paged-bytes.ts';

const LENGTH = 128;

/** Memory that has been used before. */
function soiledPool(chunkBytes: number): ChunkPool {
  const pool = new ChunkPool(chunkBytes);
  pool.give(pool.take().fill(9));
  return pool;
}

const range = fc
  .tuple(fc.nat(LENGTH - 1), fc.nat(LENGTH - 1))
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other) + 1] as const);
/** Small ones, so that pages stay pages for a while, and large ones. */
const place = fc.oneof(
  fc.tuple(fc.nat(LENGTH - 4), fc.integer({ min: 1, max: 4 })).map(([at, n]) => [at, at + n]),
  range,
);
const steps = fc.array(fc.record({ place, value: fc.nat(3) }), { maxLength: 16 });

test('what is written is read, and all else is zeroes', () => {
  fc.assert(
    fc.property(steps, range, (drawn, [first, end]) => {
      const paged = new PagedBytes(soiledPool(LENGTH));
      const model = new Uint8Array(LENGTH);
      for (const {
        place: [from = 0, to = 0],
        value,
      } of drawn) {
        model.fill(value, from, to);
        if (value === 0) paged.zero(from, to);
        else paged.write(model.slice(from, to), from);
        expect(paged.memory()).toBeLessThanOrEqual(LENGTH);
      }
      const target = new Uint8Array(end - first).fill(9);
      paged.read(target, first);
      expect(target).toEqual(model.slice(first, end));
      const isZero = model.every((byte) => byte === 0);
      expect(paged.content()).toEqual(isZero ? undefined : model);
    }),
  );
});

test('a few small changes take a few pages, many take the whole, and zeroes none', () => {
  const bytes = new PagedBytes(new ChunkPool(2 ** 18));
  const page = new Uint8Array(4096).fill(1);
  for (let i = 0; i < 15; i++) {
    bytes.write(page, i * 8192);
    expect(bytes.memory()).toBe((i + 1) * 4096);
  }
  bytes.zero(0, 8192);
  expect(bytes.memory()).toBe(14 * 4096);
  bytes.write(page, 0);
  bytes.write(page, 2 ** 17);
  expect(bytes.memory()).toBe(16 * 4096);
  bytes.write(page, 2 ** 17 + 4096);
  expect(bytes.memory()).toBe(2 ** 18);
  const sole = new PagedBytes(new ChunkPool(2 ** 18));
  sole.write(page.subarray(0, 2), 4095);
  expect(sole.memory()).toBe(8192);
  sole.zero(0, 2 ** 18);
  expect(sole.memory()).toBe(0);
  expect(sole.content()).toBe(undefined);
});

test.each([
  ['in one piece', [[0, 128]]],
  [
    'in pieces',
    [
      [0, 64],
      [64, 64],
    ],
  ],
  ['in part', [[0, 64]]],
  ['in a page', [[9, 1]]],
] as const)(
  'a chunk that is written %s lies in memory of the pool, which can be used again',
  (_, places) => {
    const pool = new ChunkPool(LENGTH);
    const paged = new PagedBytes(pool);
    for (const [at, length] of places) paged.write(new Uint8Array(length).fill(1), at);
    const content = paged.content();
    if (content === undefined) throw new Error('expected bytes');
    pool.give(content);
    expect(pool.take()).toBe(content);
  },
);
