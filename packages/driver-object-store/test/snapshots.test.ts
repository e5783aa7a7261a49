/** Snapshots and clones: what they hold stays, whatever becomes of the volume. */
import type { Driver } from '@nbd/driver';
import { expect, test } from 'vitest';
import {
  checkVolume,
  cloneVolume,
  createVolume,
  deleteSnapshot,
  deleteVolume,
  listVolumes,
  openSnapshot,
  openVolume,
  resizeVolume,
  snapshotVolume,
  volumeInfo,
  volumeUsage,
} from '../src/index.ts';
import { type MemoryStore, memoryStore } from '../src/testing/index.ts';
import { extentsOf } from './extents-of.ts';
import { manualSurroundings } from './manual-surroundings.ts';

const CHUNK = 4096;
const surroundings = manualSurroundings();
const options = { surroundings, probe: false as const };

async function volume(size = 4 * CHUNK): Promise<MemoryStore> {
  const store = memoryStore();
  await createVolume(store, { volume: 'v', size, chunkBytes: CHUNK, ...options });
  return store;
}

function open(store: MemoryStore, name = 'v'): Promise<Driver> {
  return openVolume(store, { volume: name, packedBytesMax: 0, ...options });
}

/** The first byte of each chunk. */
async function bytesOf(disk: Driver): Promise<number[]> {
  const target = new Uint8Array(disk.size);
  await disk.read(target, 0);
  return Array.from({ length: Math.ceil(disk.size / CHUNK) }, (_, i) => target[i * CHUNK] ?? 0);
}

async function write(disk: Driver, ...bytes: (number | undefined)[]): Promise<void> {
  for (const [i, byte] of bytes.entries()) {
    if (byte === 0) await disk.trim?.(i * CHUNK, CHUNK, { fua: false });
    else if (byte !== undefined) await disk.write?.(Uint8Array.of(byte), i * CHUNK, { fua: false });
  }
  await disk.flush?.();
}

function chunkKeys(store: MemoryStore): string[] {
  return [...store.objects.keys()].filter((key) => key.includes('/c/'));
}

test('a snapshot of a volume in use is its last commit, and its owner goes on and keeps what the snapshot needs', async () => {
  const store = await volume();
  const disk = await open(store);
  await write(disk, 1, 2, 3);
  await disk.write?.(Uint8Array.of(9), 0, { fua: false });
  await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
  await write(disk, 11, 0, undefined, 14);
  await write(disk, 12);
  await disk.close?.();
  const again = await open(store);
  expect(await bytesOf(again)).toEqual([12, 0, 3, 14]);
  await again.close?.();
  const then = await openSnapshot(store, { volume: 'v', snapshot: 's', surroundings });
  expect(then.readOnly).toBe(true);
  expect(await bytesOf(then)).toEqual([1, 2, 3, 0]);
  // 1, 2 and 3 for the snapshot, 12, the hole and 14 for the volume.
  expect(chunkKeys(store)).toHaveLength(6);
  await deleteSnapshot(store, { volume: 'v', snapshot: 's', surroundings });
  await (await open(store)).close?.();
  await (await open(store)).close?.();
  expect(chunkKeys(store).length).toBeLessThanOrEqual(4);
  await expect(openSnapshot(store, { volume: 'v', snapshot: 's' })).rejects.toMatchObject({
    code: 'missing',
  });
});

test('a clone begins as the snapshot, goes its own way, hides what it trims, and holds the snapshot', async () => {
  const store = await volume();
  const disk = await open(store);
  await write(disk, 1, 2, 3);
  await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
  await write(disk, 21, 22, 23, 24);
  await cloneVolume(store, { volume: 'v', snapshot: 's', clone: 'w', surroundings });
  const clone = await open(store, 'w');
  expect(await bytesOf(clone)).toEqual([1, 2, 3, 0]);
  await write(clone, 0, 32);
  await clone.close?.();
  await snapshotVolume(store, { volume: 'w', snapshot: 't', surroundings });
  await cloneVolume(store, { volume: 'w', snapshot: 't', clone: 'x', surroundings });
  const second = await open(store, 'x');
  expect(await bytesOf(second)).toEqual([0, 32, 3, 0]);
  await second.close?.();
  const again = await open(store, 'w');
  expect(await bytesOf(again)).toEqual([0, 32, 3, 0]);
  await again.close?.();
  await disk.close?.();

  expect((await volumeInfo(store, 'x')).base).toBe('w@t');
  const held = /in use: the clone w stands on it/;
  await expect(deleteSnapshot(store, { volume: 'v', snapshot: 's' })).rejects.toThrow(held);
  await expect(deleteVolume(store, { volume: 'v' })).rejects.toThrow(held);
  expect((await checkVolume(store, { volume: 'x' })).damaged).toEqual([]);
  for (const name of ['x', 'w', 'v']) await deleteVolume(store, { volume: name, surroundings });
  expect([...store.objects.keys()]).toEqual([]);
});

test('volumes are listed by name, whatever else is there', async () => {
  const store = await volume();
  for (const name of ['v-2', 'v0', 'a.b', 'V']) {
    await createVolume(store, { volume: name, size: 1, ...options });
  }
  await store.put('stray', [Uint8Array.of(1)]);
  await store.put('other/thing', [Uint8Array.of(1)]);
  const names: string[] = [];
  for await (const name of listVolumes(store)) names.push(name);
  expect(names).toEqual(['V', 'a.b', 'v-2', 'v', 'v0']);
});

test('a volume that shrinks and grows again finds zeroes', async () => {
  const store = await volume();
  const disk = await open(store);
  await disk.write?.(new Uint8Array(4 * CHUNK).fill(7), 0, { fua: false });
  await disk.close?.();
  await resizeVolume(store, { volume: 'v', size: CHUNK + 10, ...options });
  expect((await volumeInfo(store, 'v')).size).toBe(CHUNK + 10);
  await resizeVolume(store, { volume: 'v', size: 3 * CHUNK, ...options });
  const again = await open(store);
  const target = new Uint8Array(3 * CHUNK);
  await again.read(target, 0);
  expect(target.indexOf(0)).toBe(CHUNK + 10);
  expect(target.lastIndexOf(7)).toBe(CHUNK + 9);
});

test('a volume that was trimmed whole is one object again when it is opened next', async () => {
  const store = await volume();
  const disk = await open(store);
  await write(disk, 1, 2, 3, 4);
  await disk.trim?.(0, 4 * CHUNK, { fua: true });
  await disk.close?.();
  expect((await volumeUsage(store, 'v')).objects).toBe(4);
  const again = await open(store);
  expect(extentsOf(again)).toHaveLength(1);
  await again.close?.();
  expect([...store.objects.keys()]).toEqual(['v/head']);
});

test('a check finds what is damaged, gone or left over, and tells how far it is', async () => {
  const store = await volume();
  const disk = await open(store);
  await write(disk, 1, 2, 3, 4);
  await disk.close?.();
  const [first = '', second = '', third = ''] = chunkKeys(store);
  const object = store.objects.get(first);
  if (object !== undefined) store.objects.set(first, { ...object, bytes: new Uint8Array(CHUNK) });
  await store.put(third, [new Uint8Array(7)]);
  await store.put(`${second}1`, [new Uint8Array(CHUNK)]);
  await store.put('v/c/0000000000000000/00/00000000/1-1', []);
  let told = 0;
  const report = await checkVolume(store, { volume: 'v', onProgress: () => (told += 1) });
  expect(report.damaged.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('expected a checksum'),
    expect.stringContaining(`expected ${CHUNK} bytes, found 7`),
  ]);
  expect(report).toMatchObject({ checked: 4, total: 4 });
  expect(told).toBe(4);
  expect(report.orphans).toEqual(['v/c/0000000000000000/00/00000000/1-1']);
  const reader = await open(store);
  await expect(bytesOf(reader)).rejects.toMatchObject({ code: 'EIO' });
  await store.delete(first);
  await expect(bytesOf(reader)).rejects.toThrow(/the object is not there/);
});
