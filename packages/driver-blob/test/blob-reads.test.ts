import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver } from '@nbd/driver';
import { DriverError } from '@nbd/driver';
import { expect, test } from 'vitest';
import { blobDriver } from '../src/index.ts';
import { bytesAt } from './content.ts';
import { quiet, WatchedBlob } from './watched-blob.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const SIZE = 8 * MIB;
const CONTENT = bytesAt(0, SIZE);

async function read(disk: Driver, offset: number, length: number): Promise<Uint8Array> {
  const target = new Uint8Array(length).fill(0xee);
  await disk.read(target, offset);
  return target;
}

/** What a read of that range should answer. */
function at(offset: number, length: number): Uint8Array {
  return CONTENT.subarray(offset, offset + length);
}

test('what is cached is answered at once, and not read again', async () => {
  const blob = new WatchedBlob(CONTENT);
  const disk = blobDriver({ blob, readAheadMax: 0 });
  expect(await read(disk, 1000, 10)).toEqual(at(1000, 10));
  const target = new Uint8Array(20);
  expect(disk.read(target, 2000)).toBeUndefined();
  expect(target).toEqual(at(2000, 20));
  expect(blob.reads).toEqual([`0-${64 * KIB}`]);
});

test('reads at the same time share the slice that is under way', async () => {
  const blob = new WatchedBlob(CONTENT, { isHeld: true });
  const disk = blobDriver({ blob, readAheadMax: 0 });
  const reads = [0, 10, 60_000, 100].map((offset) => read(disk, offset, 50));
  expect(blob.asked).toHaveLength(1);
  blob.asked[0]?.answer();
  expect(await Promise.all(reads)).toEqual([0, 10, 60_000, 100].map((offset) => at(offset, 50)));
});

test('random reads bring no more than their own blocks', async () => {
  const blob = new WatchedBlob(CONTENT);
  const disk = blobDriver({ blob });
  for (const offset of [5 * MIB, MIB, 7 * MIB, 3 * MIB]) {
    expect(await read(disk, offset, 4 * KIB)).toEqual(at(offset, 4 * KIB));
  }
  expect(blob.reads).toHaveLength(4);
  for (const slice of blob.reads) {
    const [from, to] = slice.split('-').map(Number) as [number, number];
    expect(to - from).toBe(64 * KIB);
  }
});

test('somebody who reads in order finds the bytes there, in fewer and larger slices', async () => {
  const blob = new WatchedBlob(CONTENT);
  const disk = blobDriver({ blob });
  let atOnce = 0;
  for (let offset = 0; offset < SIZE; offset += 64 * KIB) {
    const target = new Uint8Array(64 * KIB);
    const answer = disk.read(target, offset);
    if (answer === undefined) atOnce += 1;
    await answer;
    expect(Buffer.compare(target, at(offset, 64 * KIB))).toBe(0);
    await quiet();
  }
  expect(atOnce).toBeGreaterThan(110);
  expect(blob.reads.length).toBeLessThan(24);
});

test('a cache that is small is not read ahead of further than a sixteenth of it', async () => {
  const blob = new WatchedBlob(CONTENT, { isHeld: true });
  const disk = blobDriver({ blob, cacheBytesMax: MIB, readAheadMax: SIZE });
  const reads = [0, 64 * KIB].map((offset) => read(disk, offset, 64 * KIB));
  expect(blob.asked.map(({ from, to }) => [from / KIB, to / KIB])).toEqual([
    [0, 64],
    [64, 128],
    [128, 192],
  ]);
  for (const asked of blob.asked) asked.answer();
  await Promise.all(reads);
});

test('a long read has its next slice under way while it takes one', async () => {
  const blob = new WatchedBlob(CONTENT, { isHeld: true });
  const disk = blobDriver({ blob, readAheadMax: 0 });
  const reading = read(disk, 0, 3 * MIB);
  expect(blob.asked.map(({ from, to }) => [from / MIB, to / MIB])).toEqual([
    [0, 1],
    [1, 2],
  ]);
  blob.isHeld = false;
  for (const asked of blob.asked) asked.answer();
  expect(Buffer.compare(await reading, at(0, 3 * MIB))).toBe(0);
});

test('what is used again and again stays, and what was used longest ago goes', async () => {
  const blob = new WatchedBlob(CONTENT);
  const disk = blobDriver({ blob, cacheBytesMax: MIB, readAheadMax: 0 });
  await read(disk, 0, 10);
  await read(disk, MIB, 10);
  for (let block = 0; block < 15; block++) {
    await read(disk, 2 * MIB + block * 64 * KIB, 10);
    expect(disk.read(new Uint8Array(10), 0)).toBeUndefined();
  }
  await expect(disk.read(new Uint8Array(10), MIB)).resolves.toBeUndefined();
});

test('nothing is read ahead where that is switched off', async () => {
  const blob = new WatchedBlob(CONTENT);
  const disk = blobDriver({ blob, readAheadMax: 0 });
  for (let offset = 0; offset < 4 * 64 * KIB; offset += 64 * KIB) {
    await read(disk, offset, 64 * KIB);
  }
  expect(blob.reads).toHaveLength(4);
});

test('the slices that are kept and under way are never more than the bound, whoever reads', async () => {
  const blob = new WatchedBlob(CONTENT, { isHeld: true });
  const disk = blobDriver({ blob, cacheBytesMax: MIB });
  const offsets = Array.from({ length: 32 }, (_, i) => (i * 5 * 256 * KIB) % SIZE);
  const reads = offsets.map((offset) => read(disk, offset, 256 * KIB));
  const whole = read(disk, 0, SIZE);
  while (blob.asked.length > 0) {
    expect(blob.underWayBytes).toBeLessThanOrEqual(MIB);
    blob.asked.shift()?.answer();
    await quiet();
  }
  const found = await Promise.all(reads);
  for (const [i, offset] of offsets.entries()) {
    expect(Buffer.compare(found[i] as Uint8Array, at(offset, 256 * KIB))).toBe(0);
  }
  expect(Buffer.compare(await whole, CONTENT)).toBe(0);
  expect(blob.underWayBytesMax).toBeGreaterThan(MIB / 2);
});

test('a slice that cannot be read fails the reads that need it, and no others', async () => {
  const blob = new WatchedBlob(CONTENT, { isHeld: true });
  const disk = blobDriver({ blob });
  const bad = read(disk, 0, 10);
  const good = read(disk, 4 * MIB, 10);
  const [first, second] = blob.asked.splice(0);
  first?.fail(new DOMException('it is gone', 'NotReadableError'));
  second?.answer();
  expect(await good).toEqual(at(4 * MIB, 10));
  await quiet();
  blob.asked.shift()?.fail(new DOMException('it is gone', 'NotReadableError'));
  const error: unknown = await bad.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DriverError);
  expect(error).toMatchObject({
    code: 'EIO',
    message:
      'blob: cannot read 10 bytes at 0, as it was changed, moved or made unreadable: NotReadableError: it is gone',
  });
  blob.isHeld = false;
  expect(await read(disk, 0, 10)).toEqual(at(0, 10));
});

test('a slice that fails for the part of another is read again by those who need the rest', async () => {
  const blob = new WatchedBlob(CONTENT, { isHeld: true });
  const disk = blobDriver({ blob });
  const reading = read(disk, 100, 10);
  blob.asked.shift()?.fail(new Error('as planned'));
  await quiet();
  expect(blob.asked.map(({ from, to }) => [from, to])).toEqual([[100, 110]]);
  blob.asked.shift()?.answer();
  expect(await reading).toEqual(at(100, 10));
});

test('a file that was changed fails with EIO; what is cached is still there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'blob-'));
  try {
    const path = join(folder, 'disk.img');
    writeFileSync(path, CONTENT);
    const disk = blobDriver({ blob: await openAsBlob(path), readAheadMax: 0 });
    await read(disk, 0, 10);
    writeFileSync(path, CONTENT.subarray(0, MIB));
    expect(await read(disk, 20, 10)).toEqual(at(20, 10));
    await expect(read(disk, 2 * MIB, 10)).rejects.toMatchObject({ code: 'EIO' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a blob that became shorter fails with EIO where it has ended, and nowhere else', async () => {
  const grown = new Blob([CONTENT.subarray(0, 100 * KIB)]);
  const blob = {
    size: MIB,
    slice: (from: number, to: number) => grown.slice(from, to),
    arrayBuffer: () => grown.arrayBuffer(),
  };
  const disk = blobDriver({ blob });
  expect(await read(disk, 99 * KIB, KIB)).toEqual(at(99 * KIB, KIB));
  await expect(read(disk, 100 * KIB, KIB)).rejects.toMatchObject({
    code: 'EIO',
    message: `blob: expected ${KIB} bytes at ${100 * KIB}, found 0: its size has changed`,
  });
});

test('closing gives the slices back, also those under way', async () => {
  const blob = new WatchedBlob(CONTENT, { isHeld: true });
  const disk = blobDriver({ blob });
  const reading = read(disk, 0, 10);
  await disk.close?.();
  blob.asked.shift()?.answer();
  expect(await reading).toEqual(at(0, 10));
});

test.each([
  [{ cacheBytesMax: MIB - 1 }, 'cacheBytesMax: expected a whole number of at least 1048576 bytes'],
  [{ cacheBytesMax: Number.NaN }, 'cacheBytesMax'],
  [{ readAheadMax: -1 }, 'readAheadMax: expected a whole number of at least 0 bytes, found -1'],
])('%o is refused', (options, message) => {
  expect(() => blobDriver({ blob: new Blob([]), ...options })).toThrow(message);
});
