/** Small changes go to the store in packs: what that saves, and that nothing is lost by it. */
import type { Driver } from '@nbd/driver';
import { expect, test } from 'vitest';
import {
  checkVolume,
  cloneVolume,
  createVolume,
  deleteSnapshot,
  deleteVolume,
  type OpenOptions,
  openSnapshot,
  openVolume,
  snapshotVolume,
  type StoreErrorCode,
} from '../src/index.ts';
import { type MemoryStore, memoryStore } from '../src/testing/index.ts';
import { manualSurroundings } from './manual-surroundings.ts';

const CHUNK = 2 ** 16;
const BLOCK = 4096;
const surroundings = manualSurroundings();
const options = { surroundings, probe: false as const };

async function volume(store: MemoryStore = memoryStore()): Promise<MemoryStore> {
  await createVolume(store, { volume: 'v', size: 1024 * CHUNK, chunkBytes: CHUNK, ...options });
  return store;
}

/** As a host would that follows one that has died. */
function open(store: MemoryStore, more: OpenOptions = {}, name = 'v'): Promise<Driver> {
  return openVolume(store, {
    volume: name,
    takeOver: true,
    carriedBytesMax: 0,
    ...options,
    ...more,
  });
}

async function write(disk: Driver, chunk: number, value: number, at = 0): Promise<void> {
  await disk.write?.(new Uint8Array(BLOCK).fill(value), chunk * CHUNK + at, { fua: false });
}

/** The byte there. */
async function read(disk: Driver, chunk: number, at = 0): Promise<number | undefined> {
  const target = new Uint8Array(1);
  await disk.read(target, chunk * CHUNK + at);
  return target[0];
}

function packs(store: MemoryStore): string[] {
  return [...store.objects.keys()].filter((key) => key.includes('/pack/'));
}

function chunks(store: MemoryStore): string[] {
  return [...store.objects.keys()].filter((key) => /\/c\/[^/]+\/..\//.test(key));
}

function format(store: MemoryStore): unknown {
  const bytes = store.objects.get('v/head')?.bytes;
  return (JSON.parse(new TextDecoder().decode(bytes)) as { format: unknown }).format;
}

test('a flush of small changes in five hundred chunks is one put and one swap, and a crash loses none of them', async () => {
  const store = await volume();
  const disk = await open(store);
  await write(disk, 7, 99, BLOCK);
  await disk.flush?.();
  const from = store.calls.length;
  for (let chunk = 0; chunk < 500; chunk++) await write(disk, chunk, 1 + (chunk % 250));
  await disk.flush?.();
  const asked = store.calls.slice(from).map(({ kind }) => kind);
  expect(asked).toEqual(['put', 'put']);
  expect(chunks(store)).toEqual([]);
  const next = await open(store);
  for (let chunk = 0; chunk < 500; chunk++) expect(await read(next, chunk)).toBe(1 + (chunk % 250));
  expect(await read(next, 7, BLOCK)).toBe(99);
  expect(await read(next, 500)).toBe(0);
});

test('what was not flushed is not there, though its pack is', async () => {
  const store = await volume();
  const disk = await open(store);
  await write(disk, 1, 1);
  await disk.flush?.();
  const [head] = [store.objects.get('v/head')];
  await write(disk, 1, 2);
  await disk.flush?.();
  if (head !== undefined) store.objects.set('v/head', head);
  expect(packs(store)).toHaveLength(2);
  const next = await open(store);
  expect(await read(next, 1)).toBe(1);
  await next.close?.();
  expect(packs(store)).toHaveLength(1);
});

test('a chunk takes up what is packed of it with its next upload, and the pack goes with the last of its chunks', async () => {
  const store = await volume();
  const disk = await open(store);
  await write(disk, 1, 1);
  await write(disk, 2, 2);
  await disk.flush?.();
  expect(format(store)).toBe(2);
  for (const chunk of [1, 2]) {
    expect(packs(store)).toHaveLength(1);
    await disk.write?.(new Uint8Array(CHUNK / 2).fill(9), chunk * CHUNK + CHUNK / 2, { fua: true });
    await surroundings.tick(5000);
  }
  expect(packs(store)).toEqual([]);
  expect(format(store)).toBe(1);
  expect(await read(disk, 2)).toBe(2);
  const next = await open(store);
  expect([await read(next, 1), await read(next, 1, CHUNK - 1)]).toEqual([1, 9]);
});

test('zeroes over what is packed stay zeroes, also when the list was cleared of what hides nothing', async () => {
  const store = await volume();
  let disk = await open(store);
  await write(disk, 1, 1);
  await write(disk, 2, 2);
  await disk.flush?.();
  await disk.trim?.(CHUNK, CHUNK, { fua: true });
  for (let openings = 0; openings < 3; openings++) {
    disk = await open(store, { mapChunksMin: openings === 1 ? 0 : Number.POSITIVE_INFINITY });
    expect([await read(disk, 1), await read(disk, 2)]).toEqual([0, 2]);
    await disk.close?.();
  }
});

test('a clone that trims what is packed below it, and nothing else, stays trimmed', async () => {
  const store = await volume();
  const disk = await open(store);
  await write(disk, 1, 1);
  await write(disk, 2, 2);
  await disk.close?.();
  await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
  await cloneVolume(store, { volume: 'v', snapshot: 's', clone: 'w', surroundings });
  const clone = await open(store, {}, 'w');
  await clone.trim?.(CHUNK, CHUNK, { fua: true });
  await clone.close?.();
  for (let openings = 0; openings < 3; openings++) {
    const again = await open(store, {}, 'w');
    expect([await read(again, 1), await read(again, 2)]).toEqual([0, 2]);
    await again.close?.();
  }
});

test('many flushes of few changes leave few packs, and much that is packed becomes chunks', async () => {
  const store = await volume();
  const disk = await open(store, { packsMax: 4, packedBytesMax: 40 * BLOCK });
  for (let flush = 0; flush < 60; flush++) {
    await write(disk, flush % 30, 1 + flush, BLOCK * (flush % 4));
    await disk.flush?.();
    await surroundings.tick(100);
  }
  await surroundings.tick(5000);
  expect(packs(store).length).toBeLessThanOrEqual(8);
  expect(chunks(store).length).toBeGreaterThan(0);
  const next = await open(store);
  for (let flush = 30; flush < 60; flush++) {
    expect(await read(next, flush % 30, BLOCK * (flush % 4))).toBe(1 + flush);
  }
});

test('none are made where they are not wanted, and what others have left is taken up', async () => {
  const store = await volume();
  const former = await open(store);
  await write(former, 1, 1);
  await former.flush?.();
  const disk = await open(store, { packedBytesMax: 0 });
  await write(disk, 2, 2);
  await disk.flush?.();
  await disk.flush?.();
  await disk.close?.();
  expect(packs(store)).toEqual([]);
  expect(chunks(store)).toHaveLength(2);
  const next = await open(store);
  expect([await read(next, 1), await read(next, 2)]).toEqual([1, 2]);
});

test('a pack that cannot be put fails the flush, and the next one puts the same bytes under the same name', async () => {
  let fails = false;
  const keys: string[] = [];
  const faults = ({ kind, key }: { readonly kind: string; readonly key: string }) => {
    if (kind !== 'put' || !key.includes('/pack/')) return undefined;
    keys.push(key);
    const code: StoreErrorCode = 'unreachable';
    return fails ? ({ kind: 'refused', code } as const) : undefined;
  };
  const store = await volume(memoryStore({ faults }));
  const disk = await open(store);
  await write(disk, 1, 1);
  fails = true;
  await expect(disk.flush?.()).rejects.toMatchObject({ code: 'EIO' });
  await write(disk, 1, 2);
  fails = false;
  await disk.flush?.();
  expect(keys.map((key) => key.slice(-3))).toEqual(['1-1', '1-2', '1-1']);
  expect(await read(await open(store), 1)).toBe(2);
});

test('a snapshot keeps its packs, a clone shows them, and they go when nobody needs them', async () => {
  const store = await volume();
  const disk = await open(store);
  await write(disk, 1, 1);
  await write(disk, 2, 2);
  await disk.flush?.();
  await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
  await cloneVolume(store, { volume: 'v', snapshot: 's', clone: 'w', surroundings });
  for (const chunk of [1, 2]) {
    await disk.write?.(new Uint8Array(CHUNK).fill(9), chunk * CHUNK, { fua: true });
  }
  await surroundings.tick(5000);
  expect(format(store)).toBe(2);
  expect(packs(store)).toHaveLength(1);
  const then = await openSnapshot(store, { volume: 'v', snapshot: 's', surroundings });
  expect([await read(then, 1), await read(then, 2), await read(then, 3)]).toEqual([1, 2, 0]);

  const clone = await open(store, {}, 'w');
  expect([await read(clone, 1), await read(clone, 2)]).toEqual([1, 2]);
  await clone.trim?.(CHUNK, CHUNK, { fua: true });
  await write(clone, 2, 3, BLOCK);
  await clone.close?.();
  for (let openings = 0; openings < 3; openings++) {
    const again = await open(store, {}, 'w');
    expect([await read(again, 1), await read(again, 2), await read(again, 2, BLOCK)]).toEqual([
      0, 2, 3,
    ]);
    await again.close?.();
  }
  for (const name of ['v', 'w']) {
    expect(await checkVolume(store, { volume: name })).toMatchObject({ damaged: [], orphans: [] });
  }
  await disk.close?.();
  await expect(deleteSnapshot(store, { volume: 'v', snapshot: 's' })).rejects.toThrow(/clone w/);
  await deleteVolume(store, { volume: 'w', surroundings });
  await deleteSnapshot(store, { volume: 'v', snapshot: 's', surroundings });
  await (await open(store)).close?.();
  expect(packs(store)).toEqual([]);
});

test('a pack that is lost or damaged is told, and never read as if nothing had been in it', async () => {
  const store = await volume();
  const disk = await open(store);
  await write(disk, 1, 1);
  await disk.close?.();
  const [key = ''] = packs(store);
  const object = store.objects.get(key);
  if (object === undefined) throw new Error('there is no pack');
  store.objects.set(key, { ...object, bytes: object.bytes.with(30, 7) });
  await expect(open(store)).rejects.toThrow(/pack\/1-1: expected a checksum of/);
  store.objects.delete(key);
  await expect(open(store)).rejects.toMatchObject({ code: 'damaged' });
  await expect(open(store)).rejects.toThrow(/pack\/1-1: the object is not there/);
  const { damaged } = await checkVolume(store, { volume: 'v' });
  expect(damaged).toEqual([{ key, reason: 'the object is not there' }]);
});
