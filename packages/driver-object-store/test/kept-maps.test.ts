/** Volumes that were left with their map, and what makes the next owner list them all the same. */
import type { Driver } from '@nbd/driver';
import { expect, test } from 'vitest';
import {
  checkVolume,
  cloneVolume,
  countingObserver,
  createVolume,
  deleteSnapshot,
  deleteVolume,
  type ObjectStore,
  openSnapshot,
  openVolume,
  type OpenOptions,
  snapshotVolume,
} from '../src/index.ts';
import {
  type MemoryStore,
  memoryStore,
  type StoreCall,
  type StoreFault,
} from '../src/testing/index.ts';
import { moment } from './moment.ts';

const CHUNK = 4096;
const CHUNKS = 8;

async function volume(store: MemoryStore = memoryStore()) {
  await createVolume(store, { volume: 'v', size: CHUNKS * CHUNK, chunkBytes: CHUNK });
  const disk = await open(store);
  await disk.write?.(new Uint8Array(CHUNKS * CHUNK).fill(1), 0, { fua: false });
  return { store, disk };
}

function open(store: MemoryStore, options: OpenOptions = {}, name = 'v'): Promise<Driver> {
  const usual = { mapChunksMin: 1, packedBytesMax: 0, probe: false } as const;
  return openVolume(store, { volume: name, ...usual, ...options });
}

/** How many lists it takes to open the volume; then it is as it was. */
async function listsToOpen(store: MemoryStore, name = 'v'): Promise<number> {
  const observer = countingObserver();
  const disk = await open(store, { observer, takeOver: true }, name);
  const { list } = observer.counters.requests;
  await disk.close?.();
  return list;
}

/** The first byte of each chunk. */
async function bytesOf(disk: Driver): Promise<number[]> {
  const target = new Uint8Array(CHUNKS * CHUNK);
  await disk.read(target, 0);
  return Array.from({ length: CHUNKS }, (_, chunk) => target[chunk * CHUNK] as number);
}

function maps(store: MemoryStore): string[] {
  return [...store.objects.keys()].filter((key) => key.includes('/map/'));
}

function isChunk(key: string): boolean {
  return key.includes('/c/') && !key.includes('/map/');
}

function sealedOf(store: MemoryStore): number {
  const text = new TextDecoder().decode(store.objects.get('v/head')?.bytes);
  return (JSON.parse(text) as { readonly sealed: readonly unknown[] }).sealed.length;
}

test('a volume that was closed opens without a list, as often as one likes, and leaves nothing behind', async () => {
  const { store, disk } = await volume();
  await disk.trim?.(2 * CHUNK, CHUNK, { fua: false });
  await disk.close?.();
  expect(maps(store)).toHaveLength(1);
  for (let round = 2; round < 8; round++) {
    const observer = countingObserver();
    const again = await open(store, { observer });
    expect(observer.counters.requests.list).toBe(0);
    expect(await bytesOf(again)).toEqual([1, 1, 0, 1, 1, 1, 1, round === 2 ? 1 : round - 1]);
    await again.write?.(new Uint8Array(CHUNK).fill(round), 7 * CHUNK, { fua: false });
    await again.close?.();
    expect(maps(store)).toHaveLength(1);
    // Generations of which nothing is left are not carried along.
    expect(sealedOf(store)).toBeLessThanOrEqual(2);
  }
  expect(await checkVolume(store, { volume: 'v' })).toMatchObject({ damaged: [], orphans: [] });
  await deleteVolume(store, { volume: 'v' });
  expect(store.objects.size).toBe(0);
});

test('a volume whose owner died is listed, and what its map was is deleted', async () => {
  const { store, disk } = await volume();
  await disk.close?.();
  const dead = await open(store);
  await dead.write?.(new Uint8Array(CHUNK).fill(9), 0, { fua: true });
  await dead.write?.(new Uint8Array(CHUNK).fill(8), 0, { fua: false });
  const { orphans } = await checkVolume(store, { volume: 'v' });
  expect(orphans).toEqual([expect.stringMatching(/00000000\/1-1$/), ...maps(store)]);
  const heir = await open(store, { takeOver: true });
  expect(await bytesOf(heir)).toEqual([9, 1, 1, 1, 1, 1, 1, 1]);
  await heir.close?.();
  expect(maps(store)).toHaveLength(1);
  expect(await listsToOpen(store)).toBe(0);
});

test('a map that is lost or damaged only makes the opening longer', async () => {
  const { store, disk } = await volume();
  await disk.close?.();
  for (const [key = ''] of [maps(store)]) store.objects.delete(key);
  expect(await listsToOpen(store)).toBe(1);
  expect(await listsToOpen(store)).toBe(0);
  for (const key of maps(store)) {
    const object = store.objects.get(key);
    if (object !== undefined) store.objects.set(key, { ...object, crc32: 1 });
  }
  expect(await listsToOpen(store)).toBe(1);
  expect(maps(store)).toHaveLength(1);
});

test('a volume is closed though its map cannot be put', async () => {
  let isDown = false;
  const faults = ({ key }: { readonly key: string }) =>
    isDown && key.includes('/map/') ? ({ kind: 'refused', code: 'full' } as const) : undefined;
  const { store, disk } = await volume(memoryStore({ faults }));
  isDown = true;
  await disk.close?.();
  isDown = false;
  expect(await listsToOpen(store)).toBe(1);
});

test('a snapshot that was deleted is looked for by a list, and its chunks go', async () => {
  const { store, disk } = await volume();
  await disk.flush?.();
  await snapshotVolume(store, { volume: 'v', snapshot: 's' });
  await disk.write?.(new Uint8Array(CHUNK).fill(2), 0, { fua: false });
  await disk.close?.();
  expect(await listsToOpen(store)).toBe(0);
  await deleteSnapshot(store, { volume: 'v', snapshot: 's' });
  expect(await listsToOpen(store)).toBe(1);
  expect([...store.objects.keys()].filter((key) => isChunk(key))).toHaveLength(CHUNKS);
  expect(await listsToOpen(store)).toBe(0);
});

test('a snapshot of a volume as it was left is opened by its map, and by a list once that has gone', async () => {
  const { store, disk } = await volume();
  await disk.trim?.(2 * CHUNK, CHUNK, { fua: false });
  await disk.close?.();
  await snapshotVolume(store, { volume: 'v', snapshot: 's' });
  const expected = [1, 1, 0, 1, 1, 1, 1, 1];
  for (const lists of [0, 1]) {
    const observer = countingObserver();
    const snapshot = await openSnapshot(store, { volume: 'v', snapshot: 's', observer });
    expect(observer.counters.requests.list).toBe(lists);
    expect(await bytesOf(snapshot)).toEqual(expected);
    // Its owner leaves a map of its own, which is not that of the snapshot.
    const again = await open(store);
    await again.write?.(new Uint8Array(CHUNKS * CHUNK).fill(2), 0, { fua: false });
    await again.close?.();
    expect(await bytesOf(snapshot)).toEqual(expected);
  }
});

test('a check tells of what no list shows, if the volume was left with a map of it', async () => {
  const { store, disk } = await volume();
  await disk.flush?.();
  await snapshotVolume(store, { volume: 'v', snapshot: 's' });
  await cloneVolume(store, { volume: 'v', snapshot: 's', clone: 'w' });
  await disk.close?.();
  const clone = await open(store, {}, 'w');
  await clone.write?.(new Uint8Array(CHUNK).fill(2), 0, { fua: false });
  await clone.close?.();
  const [, lost = ''] = [...store.objects.keys()].filter((key) => /^v\/c\/.*\/1-/.test(key));
  store.objects.delete(lost);
  const damaged = [{ key: lost, reason: 'the object is not there' }];
  for (const name of ['v', 'w']) {
    expect(await checkVolume(store, { volume: name })).toMatchObject({ damaged });
  }
  // An owner since then may have replaced what it names.
  const list: ObjectStore['list'] = async (prefix, options) => {
    const page = await store.list(prefix, options);
    await (await open(store)).close?.();
    return page;
  };
  const report = await checkVolume({ ...store, list }, { volume: 'v' });
  expect(report.damaged).toEqual([]);
});

test('a check of a clone does not take for lost what its base has cleared away', async () => {
  const { store, disk } = await volume();
  await disk.flush?.();
  await disk.trim?.(0, CHUNKS * CHUNK, { fua: false });
  await disk.close?.();
  await snapshotVolume(store, { volume: 'v', snapshot: 's' });
  await cloneVolume(store, { volume: 'v', snapshot: 's', clone: 'w' });
  const clone = await open(store, {}, 'w');
  await clone.write?.(new Uint8Array(CHUNK).fill(2), 0, { fua: false });
  await clone.close?.();
  const again = await open(store, { takeOver: true });
  await again.close?.();
  expect([...store.objects.keys()].filter((key) => key.startsWith('v/c/'))).toEqual([]);
  expect(await checkVolume(store, { volume: 'w' })).toMatchObject({ total: 1, damaged: [] });
  expect(await listsToOpen(store, 'w')).toBe(0);
});

test('a clone opens by a map of its own, and not without what it stands on', async () => {
  const { store, disk } = await volume();
  await disk.flush?.();
  await snapshotVolume(store, { volume: 'v', snapshot: 's' });
  await disk.write?.(new Uint8Array(CHUNK).fill(2), 0, { fua: false });
  await disk.close?.();
  await cloneVolume(store, { volume: 'v', snapshot: 's', clone: 'w' });
  const first = await open(store, {}, 'w');
  await first.trim?.(3 * CHUNK, CHUNK, { fua: false });
  await first.close?.();
  expect(await listsToOpen(store, 'w')).toBe(0);
  const clone = await open(store, {}, 'w');
  expect(await bytesOf(clone)).toEqual([1, 1, 1, 0, 1, 1, 1, 1]);
  await clone.close?.();
  store.objects.delete('v/head');
  await expect(open(store, {}, 'w')).rejects.toMatchObject({ code: 'damaged' });
});

test('a write that is answered while the volume closes is not missing on its map', async () => {
  const store = memoryStore();
  const resumes: (() => void)[] = [];
  const paused = new Promise<void>((resolve) => {
    resumes.push(resolve);
  });
  const put: ObjectStore['put'] = async (key, parts, options) => {
    const answer = await store.put(key, parts, options);
    if (key.includes('/map/')) await paused;
    return answer;
  };
  await createVolume(store, { volume: 'v', size: CHUNKS * CHUNK, chunkBytes: CHUNK });
  const disk = await openVolume({ ...store, put }, { volume: 'v', mapChunksMin: 1 });
  await disk.write?.(new Uint8Array(CHUNKS * CHUNK).fill(1), 0, { fua: true });
  const closing = disk.close?.();
  while (maps(store).length === 0) await new Promise(setImmediate);
  const written = disk.write?.(new Uint8Array(CHUNK).fill(5), 0, { fua: true });
  await new Promise(setImmediate);
  for (const resume of resumes) resume();
  await Promise.all([written, closing]);
  const again = await open(store, { takeOver: true });
  expect(await bytesOf(again)).toEqual([5, 1, 1, 1, 1, 1, 1, 1]);
});

test('what was trimmed does not come back by a late put, though a snapshot of an earlier trim has gone', async () => {
  const { until, come } = moment();
  let isLate = false;
  const faults = ({ kind, key }: StoreCall): StoreFault | undefined => {
    if (!isLate || kind !== 'put' || !key.includes('/00000001/')) return undefined;
    isLate = false;
    return { kind: 'late', until };
  };
  const store = memoryStore({ faults });
  await createVolume(store, { volume: 'v', size: CHUNKS * CHUNK, chunkBytes: CHUNK });
  const disk = await open(store, { mapChunksMin: 0 });
  await disk.write?.(new Uint8Array(CHUNK).fill(1), CHUNK, { fua: true });
  await disk.trim?.(CHUNK, CHUNK, { fua: true });
  await snapshotVolume(store, { volume: 'v', snapshot: 's' });
  await disk.close?.();
  const second = await open(store, { mapChunksMin: 0 });
  isLate = true;
  await second.write?.(new Uint8Array(2 * CHUNK).fill(2), 0, { fua: true });
  await second.close?.();
  const third = await open(store, { mapChunksMin: 0 });
  await third.trim?.(CHUNK, CHUNK, { fua: true });
  // Its successor lists, and finds the first trim of no use any more, but not the second.
  const fourth = await open(store, { mapChunksMin: 0, takeOver: true });
  await deleteSnapshot(store, { volume: 'v', snapshot: 's' });
  await fourth.close?.();
  come();
  await new Promise(setImmediate);
  const last = await open(store);
  expect(await bytesOf(last)).toEqual([2, 0, 0, 0, 0, 0, 0, 0]);
  await last.close?.();
});
