import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlobReader } from './blob-reader.ts';
import { BLOCK_BYTES, SliceCache } from './slice-cache.ts';

const SIZE = 20 * BLOCK_BYTES + 1234;
const CONTENT = Buffer.alloc(SIZE).map((_, i) => i ^ (i >>> 8) ^ (i >>> 16));
const BYTES_MAX = 8 * BLOCK_BYTES;

test('reads in any order, many at a time, find their bytes, and no more than the bound is held', async () => {
  const range = fc.record({
    offset: fc.nat(SIZE - 1),
    length: fc.oneof(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 1, max: SIZE })),
    /** Whether the reads before it are awaited first. */
    waits: fc.boolean(),
    isHint: fc.boolean(),
  });
  const blob = new Blob([CONTENT]);
  await fc.assert(
    fc.asyncProperty(fc.array(range, { maxLength: 12 }), async (ranges) => {
      const cache = new SliceCache(new BlobReader(blob, SIZE), BYTES_MAX);
      const checks: Promise<void>[] = [];
      for (const { offset, length, waits, isHint } of ranges) {
        if (waits) await Promise.all(checks);
        const end = Math.min(offset + length, SIZE);
        if (isHint) cache.prefetch(offset, end);
        else checks.push(check(cache, offset, end));
        expect(cache.heldBytes).toBeLessThanOrEqual(BYTES_MAX);
      }
      await Promise.all(checks);
      expect(cache.heldBytes).toBeLessThanOrEqual(BYTES_MAX);
      cache.clear();
      expect(cache.heldBytes).toBe(0);
    }),
    { numRuns: 40 },
  );
});

async function check(cache: SliceCache, offset: number, end: number): Promise<void> {
  const target = Buffer.alloc(end - offset);
  await cache.read(target, offset);
  expect(Buffer.compare(target, CONTENT.subarray(offset, end))).toBe(0);
}
