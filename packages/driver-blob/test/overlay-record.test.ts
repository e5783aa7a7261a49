/** Overlays that are found again: after a reload, and after a crash that lost what was not flushed. */
import { memoryDriver } from '@nbd/driver-memory';
import type { Driver } from '@nbd/driver';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blobDriver, overlayDriver, overlayRecord, syncAccessDriver } from '../src/index.ts';
import { MemoryAccessHandle } from './access-handle.ts';
import { bytesAt } from './content.ts';

const SIZE = 8 * 1024;
const PLAIN = { fua: false };

/** What the browser keeps. */
interface Files {
  readonly top: Uint8Array;
  readonly records: readonly [Uint8Array, Uint8Array];
}

const NEW: Files = { top: new Uint8Array(0), records: [new Uint8Array(0), new Uint8Array(0)] };

function handleOf(file: Uint8Array): MemoryAccessHandle {
  const handle = new MemoryAccessHandle();
  handle.file = file.slice();
  return handle;
}

function open({ top, records }: Files) {
  const file = handleOf(top);
  const [one, other] = [handleOf(records[0]), handleOf(records[1])];
  const disk = overlayDriver({
    base: blobDriver({ blob: new Blob([bytesAt(0, SIZE)]) }),
    top: syncAccessDriver({ handle: file, size: SIZE }),
    record: overlayRecord([one, other]),
  });
  const kept = (): Files => ({
    top: file.file.slice(),
    records: [one.file.slice(), other.file.slice()],
  });
  return { disk, kept };
}

async function contentOf(disk: Driver): Promise<Uint8Array> {
  const target = new Uint8Array(SIZE);
  await disk.read(target, 0);
  return target;
}

const change = fc.record({
  offset: fc.nat(SIZE - 1),
  length: fc.integer({ min: 1, max: 2000 }),
  fill: fc.nat(255),
  flush: fc.boolean(),
});

test('what was flushed is found again, whatever came after it was lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
      const { disk, kept } = open(NEW);
      const expected = bytesAt(0, SIZE);
      const isLost = new Uint8Array(SIZE);
      for (const { offset, length, fill, flush } of changes) {
        const end = Math.min(offset + length, SIZE);
        await disk.write?.(new Uint8Array(end - offset).fill(fill), offset, PLAIN);
        expected.fill(fill, offset, end);
        isLost.fill(1, offset, end);
        if (!flush) continue;
        await disk.flush?.();
        isLost.fill(0);
      }
      const crashed = await contentOf(open(kept()).disk);
      const differs = crashed.findIndex((byte, at) => byte !== expected[at] && isLost[at] === 0);
      expect(differs).toBe(-1);
      await disk.close?.();
      expect(Buffer.compare(await contentOf(open(kept()).disk), expected)).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test('a record that was cut off or spoilt gives way to the one before it', async () => {
  const { disk, kept } = open(NEW);
  await disk.write?.(new Uint8Array(10), 100, PLAIN);
  await disk.flush?.();
  const before = await contentOf(disk);
  await disk.write?.(new Uint8Array(10).fill(7), 5000, PLAIN);
  await disk.flush?.();
  const { top, records } = kept();
  for (let at = 0; at < records[0].length; at++) {
    const spoilt = records[0].slice();
    spoilt[at] = ~(spoilt[at] ?? 0);
    for (const file of [spoilt, records[0].subarray(0, at)]) {
      const found = await contentOf(open({ top, records: [file, records[1]] }).disk);
      expect(Buffer.compare(found, before)).toBe(0);
    }
  }
});

test('a flush without a change saves nothing, and an overlay with a record has no FUA of its own', async () => {
  const { disk, kept } = open(NEW);
  await disk.write?.(new Uint8Array(10), 100, PLAIN);
  await disk.flush?.();
  const saved = kept();
  await disk.write?.(new Uint8Array(10), 100, PLAIN);
  await disk.flush?.();
  expect(kept().records).toEqual(saved.records);
  const top = memoryDriver({ size: SIZE });
  const record = overlayRecord([new MemoryAccessHandle(), new MemoryAccessHandle()]);
  const base = blobDriver({ blob: new Blob([bytesAt(0, SIZE)]) });
  expect(overlayDriver({ base, top, record }).fua).toBeUndefined();
});

test('a top that cannot be flushed fails the flush, and nothing is saved', async () => {
  const top: Driver = {
    ...memoryDriver({ size: SIZE }),
    flush: () => Promise.reject(new Error('as planned')),
  };
  const files = [new MemoryAccessHandle(), new MemoryAccessHandle()] as const;
  const base = blobDriver({ blob: new Blob([bytesAt(0, SIZE)]) });
  const disk = overlayDriver({ base, top, record: overlayRecord(files) });
  await disk.write?.(new Uint8Array(10), 100, PLAIN);
  await expect(disk.flush?.()).rejects.toThrow('as planned');
  await expect(disk.close?.()).rejects.toThrow('as planned');
  expect(files.map(({ file }) => file.length)).toEqual([0, 0]);
});

test('more places than a record can have fail the flush, and the record before stays', () => {
  const files = [new MemoryAccessHandle(), new MemoryAccessHandle()] as const;
  const record = overlayRecord(files);
  void record.save([0, 1]);
  const tooMany = Array.from<number>({ length: 2 ** 22 + 2 }).fill(7);
  expect(() => record.save(tooMany)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
  expect(overlayRecord(files).borders).toEqual([0, 1]);
});

test('a record for which there is no room fails the flush', async () => {
  const files = [new MemoryAccessHandle(20), new MemoryAccessHandle(20)] as const;
  const base = blobDriver({ blob: new Blob([bytesAt(0, SIZE)]) });
  const top = memoryDriver({ size: SIZE });
  const disk = overlayDriver({ base, top, record: overlayRecord(files) });
  await disk.write?.(new Uint8Array(10), 100, PLAIN);
  await expect(disk.flush?.()).rejects.toMatchObject({ code: 'ENOSPC' });
});
