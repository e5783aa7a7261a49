/** The smallest changes go into the head itself: what that saves, and that nothing is lost by it. */
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
} from '../src/index.ts';
import { type MemoryStore, memoryStore } from '../src/testing/index.ts';
import { manualSurroundings } from './manual-surroundings.ts';
import { referenceContent } from './simulation/reference-content.ts';

const CHUNK = 2 ** 16;
const BLOCK = 4096;
/** Bytes of the head that one block takes. */
const CARRIED_BLOCK = BLOCK + 128;

async function opened(more: OpenOptions = {}) {
  /** Part of the keys that cannot be put. */
  let failing: string | undefined;
  const store = memoryStore({
    faults: ({ kind, key }) =>
      kind === 'put' && failing !== undefined && key.includes(failing)
        ? { kind: 'refused', code: 'unreachable' }
        : undefined,
  });
  const surroundings = manualSurroundings();
  const options = { surroundings, probe: false } as const;
  await createVolume(store, { volume: 'v', size: 256 * CHUNK, chunkBytes: CHUNK, ...options });
  const open = (volume = 'v', other: OpenOptions = {}): Promise<Driver> =>
    openVolume(store, { volume, takeOver: true, ...options, ...more, ...other });
  return {
    store,
    surroundings,
    open,
    disk: await open(),
    fail: (keys: string | undefined) => {
      failing = keys;
    },
  };
}

/** A block, and a flush behind it. */
async function write(disk: Driver, chunk: number, value: number, blocks = 1): Promise<void> {
  await disk.write?.(new Uint8Array(blocks * BLOCK).fill(value), chunk * CHUNK, { fua: true });
}

/** The first bytes of the first chunks. */
async function read(disk: Driver, chunks: number): Promise<number[]> {
  const found: number[] = [];
  for (let chunk = 0; chunk < chunks; chunk++) {
    const target = new Uint8Array(1);
    await disk.read(target, chunk * CHUNK);
    found.push(target[0] ?? -1);
  }
  return found;
}

interface ToldHead {
  readonly format: number;
  readonly packs?: string;
  readonly carried?: Readonly<Record<string, string>>;
  readonly snapshots: readonly ToldHead[];
}

function headOf(store: MemoryStore, volume = 'v'): ToldHead {
  const bytes = store.objects.get(`${volume}/head`)?.bytes;
  return JSON.parse(new TextDecoder().decode(bytes)) as ToldHead;
}

function carriedNames(head: ToldHead | undefined): string[] {
  return Object.keys(head?.carried ?? {});
}

function packs(store: MemoryStore): string[] {
  return [...store.objects.keys()].filter((key) => key.includes('/pack/'));
}

test('a crash loses nothing of what only the head has, and the next owner has no pack to get', async () => {
  const { store, disk, open } = await opened();
  for (let chunk = 0; chunk < 5; chunk++) await write(disk, chunk, 1 + chunk);
  await write(disk, 2, 9);
  expect(packs(store)).toEqual([]);
  expect(headOf(store)).toMatchObject({ format: 3, packs: '1-1 1-2 1-3 1-4 1-5 1-6' });
  const from = store.calls.length;
  const next = await open();
  expect(store.calls.slice(from).map(({ kind }) => kind)).toEqual(['get', 'put', 'list', 'get']);
  expect(await read(next, 6)).toEqual([1, 2, 9, 4, 5, 0]);
});

test('a head that is full is emptied into one pack, and only once that counts', async () => {
  const { store, disk, open } = await opened({ carriedBytesMax: 4 * CARRIED_BLOCK });
  for (let chunk = 0; chunk < 4; chunk++) await write(disk, chunk, 1 + chunk);
  expect(carriedNames(headOf(store))).toHaveLength(4);
  expect(packs(store)).toHaveLength(0);
  await write(disk, 4, 5);
  expect(carriedNames(headOf(store))).toHaveLength(0);
  expect(packs(store)).toHaveLength(1);
  await write(disk, 5, 6);
  expect(carriedNames(headOf(store))).toEqual(['1-6']);
  expect(await read(await open(), 7)).toEqual([1, 2, 3, 4, 5, 6, 0]);
});

test('what cannot be emptied stays where it is, and the flush that needed room is refused', async () => {
  const { store, disk, open, fail } = await opened({ carriedBytesMax: 2 * CARRIED_BLOCK });
  await write(disk, 0, 1);
  await write(disk, 1, 2);
  fail('/pack/');
  await expect(write(disk, 2, 3)).rejects.toMatchObject({ code: 'EIO' });
  expect(carriedNames(headOf(store))).toEqual(['1-1', '1-2']);
  expect(await read(await open(), 3)).toEqual([1, 2, 0]);
});

test('the same is put again with the pack that could not be put', async () => {
  const { store, disk, open, fail } = await opened({ carriedBytesMax: 2 * CARRIED_BLOCK });
  await write(disk, 0, 1);
  await write(disk, 1, 2);
  fail('/pack/');
  await expect(write(disk, 2, 3)).rejects.toMatchObject({ code: 'EIO' });
  await expect(write(disk, 0, 4)).rejects.toMatchObject({ code: 'EIO' });
  fail(undefined);
  await disk.flush?.();
  expect(carriedNames(headOf(store))).toEqual([]);
  expect(await read(await open(), 3)).toEqual([4, 2, 3]);
});

test('what is carried of a chunk is never put over what was packed of it later', async () => {
  const { store, disk, open, fail } = await opened({ carriedBytesMax: CARRIED_BLOCK });
  await write(disk, 0, 1);
  // Its upload fails before it has a name, so what was packed is to be packed once more, and is newer then.
  fail('/00/');
  await expect(write(disk, 0, 2, 12)).rejects.toMatchObject({ code: 'EIO' });
  fail(undefined);
  await write(disk, 0, 3);
  await write(disk, 1, 4);
  await write(disk, 2, 5);
  await write(disk, 3, 6);
  const next = await open();
  expect(await read(next, 4)).toEqual([3, 4, 5, 6]);
  expect(await read(disk, 4)).toEqual([3, 4, 5, 6]);
  expect(referenceContent(store, 'v', { length: CHUNK })[0]).toBe(3);
});

test('an uploaded chunk needs nothing that is carried, and a head without any is of the first format', async () => {
  const { store, disk, open, surroundings } = await opened();
  await write(disk, 0, 1);
  await write(disk, 0, 2, 16);
  expect(headOf(store)).toMatchObject({ format: 1 });
  await surroundings.tick(5000);
  expect(store.calls.filter(({ kind }) => kind === 'deleteMany')).toEqual([]);
  expect(await read(await open(), 1)).toEqual([2]);
});

test('a renewal of the lease carries it on', async () => {
  const { store, disk, surroundings } = await opened();
  await write(disk, 0, 1);
  const before = store.objects.get('v/head')?.etag;
  await surroundings.tick(5000);
  expect(store.objects.get('v/head')?.etag).not.toBe(before);
  expect(carriedNames(headOf(store))).toEqual(['1-1']);
});

test('one that carries nothing itself carries on what it has found, until a pack takes it up', async () => {
  const { store, disk, open } = await opened();
  await write(disk, 0, 1);
  const next = await open('v', { carriedBytesMax: 0 });
  expect(carriedNames(headOf(store))).toEqual(['1-1']);
  await write(next, 1, 2);
  expect(carriedNames(headOf(store))).toEqual([]);
  expect(packs(store)).toHaveLength(1);
  expect(await read(await open(), 2)).toEqual([1, 2]);
});

test('one that makes no packs uploads what it has found', async () => {
  const { store, disk, open, surroundings } = await opened();
  await write(disk, 0, 1);
  await open('v', { packedBytesMax: 0 });
  for (let seconds = 0; seconds < 20; seconds++) await surroundings.tick(1000);
  expect(headOf(store)).toMatchObject({ format: 1 });
  expect(await read(await open(), 1)).toEqual([1]);
});

test('what is carried for a snapshot becomes an object, which goes with it', async () => {
  const { store, disk, open, surroundings } = await opened();
  const ofSnapshot = { volume: 'v', snapshot: 's', surroundings } as const;
  await write(disk, 0, 1);
  await write(disk, 1, 2);
  await snapshotVolume(store, ofSnapshot);
  expect(headOf(store).snapshots[0]).toMatchObject({ packs: '1-1 1-2' });
  expect(carriedNames(headOf(store).snapshots[0])).toEqual([]);
  expect(packs(store)).toHaveLength(2);
  await write(disk, 0, 3);
  await write(disk, 1, 4, 16);
  await surroundings.tick(5000);
  const kept = await openSnapshot(store, { volume: 'v', snapshot: 's', surroundings });
  expect(await read(kept, 3)).toEqual([1, 2, 0]);
  expect(await read(await open(), 3)).toEqual([3, 4, 0]);
  await cloneVolume(store, { ...ofSnapshot, clone: 'w' });
  const clone = await open('w');
  expect(await read(clone, 3)).toEqual([1, 2, 0]);
  await clone.close?.();
  await deleteVolume(store, { volume: 'w', surroundings });
  await deleteSnapshot(store, ofSnapshot);
  const last = await open();
  await write(last, 0, 5, 16);
  await last.close?.();
  await (await open()).close?.();
  expect(packs(store)).toEqual([]);
});

test('a snapshot whose objects cannot be put is carried, and the next one makes up for it', async () => {
  const { store, disk, surroundings, fail } = await opened();
  await write(disk, 0, 1);
  fail('/pack/');
  await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
  fail(undefined);
  expect(carriedNames(headOf(store).snapshots[0])).toEqual(['1-1']);
  await write(disk, 0, 2);
  const kept = () => openSnapshot(store, { volume: 'v', snapshot: 's', surroundings });
  expect(await read(await kept(), 1)).toEqual([1]);
  await snapshotVolume(store, { volume: 'v', snapshot: 't', surroundings });
  expect(headOf(store).snapshots.map(carriedNames)).toEqual([[], []]);
  expect(await read(await kept(), 1)).toEqual([1]);
});

test('a check reads what is carried, and tells what of it an object has lost', async () => {
  const { store, disk, surroundings } = await opened();
  await write(disk, 0, 1);
  await write(disk, 1, 2);
  const check = () => checkVolume(store, { volume: 'v' });
  expect(await check()).toMatchObject({ checked: 2, total: 2, bytes: 2 * BLOCK, damaged: [] });
  await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
  expect(await check()).toMatchObject({ checked: 2, damaged: [], orphans: [] });
  const [key = ''] = packs(store);
  store.objects.delete(key);
  expect(await check()).toMatchObject({ damaged: [{ key, reason: 'the object is not there' }] });
});

test('bytes that the head has not as they were put are told at the opening', async () => {
  const { store, disk, open } = await opened();
  await write(disk, 0, 1);
  const head = store.objects.get('v/head');
  if (head === undefined) throw new Error('the head is gone');
  const text = new TextDecoder().decode(head.bytes).replace('AQEBAQEB', 'AQEBAQEC');
  store.objects.set('v/head', { ...head, bytes: new TextEncoder().encode(text) });
  await expect(open()).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringContaining('carried: 1-1: expected bytes with a checksum of'),
  });
});
