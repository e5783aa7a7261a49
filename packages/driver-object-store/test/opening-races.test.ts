/** Snapshots and clones that are opened while others clear away: what is gone is never zeroes, nor is it back. */
import type { Driver } from '@nbd/driver';
import { expect, test } from 'vitest';
import {
  cloneVolume,
  createVolume,
  deleteSnapshot,
  deleteVolume,
  openSnapshot,
  openVolume,
  snapshotVolume,
} from '../src/index.ts';
import { memoryStore, type MemoryStore } from '../src/testing/index.ts';
import { heldStore } from './held-store.ts';
import { manualSurroundings } from './manual-surroundings.ts';

const CHUNK = 4096;
const surroundings = manualSurroundings();
const options = {
  surroundings,
  packedBytesMax: 0,
  probe: false,
  mapChunksMin: Number.POSITIVE_INFINITY,
} as const;
const SNAPSHOT = { volume: 'v', snapshot: 's', surroundings };

async function volume(): Promise<MemoryStore> {
  const store = memoryStore();
  await createVolume(store, { volume: 'v', size: 4 * CHUNK, chunkBytes: CHUNK, ...options });
  return store;
}

/** Opens the volume, and lets go of it. */
async function own(store: MemoryStore, act: (disk: Driver) => unknown = () => {}): Promise<void> {
  const disk = await openVolume(store, { volume: 'v', ...options });
  await act(disk);
  await disk.close?.();
}

async function firstByte(disk: Driver): Promise<number> {
  const target = new Uint8Array(1);
  await disk.read(target, 0);
  return target[0] as number;
}

const write = (byte: number) => (disk: Driver) =>
  disk.write?.(new Uint8Array(CHUNK).fill(byte), 0, { fua: false });
const trim = (disk: Driver) => disk.trim?.(0, CHUNK, { fua: false });

/** A store at which the list of chunks of the volume stands still. */
function slowLists(store: MemoryStore) {
  const held = heldStore(store);
  return { held, goOn: held.holdAt(({ kind, key }) => kind === 'list' && key.startsWith('v/c/')) };
}

test('a snapshot that is deleted while it is opened is missing, and not zeroes', async () => {
  const store = await volume();
  await own(store, write(1));
  await snapshotVolume(store, SNAPSHOT);
  await own(store, write(2));
  const { held, goOn } = slowLists(store);
  const opening = openSnapshot(held, SNAPSHOT);
  await new Promise(setImmediate);
  await deleteSnapshot(store, SNAPSHOT);
  await own(store);
  goOn();
  await expect(opening).rejects.toMatchObject({ code: 'missing', message: /v@s was deleted/ });
});

test('a snapshot that is opened while its volume is deleted is missing, and not zeroes', async () => {
  const store = await volume();
  await own(store, write(1));
  await snapshotVolume(store, SNAPSHOT);
  const { held, goOn } = slowLists(store);
  const opening = openSnapshot(held, SNAPSHOT);
  await new Promise(setImmediate);
  const deleting = heldStore(store);
  const isWithoutObjects = () => ![...store.objects.keys()].some((key) => key.startsWith('v/c/'));
  const end = deleting.holdAt(({ kind }) => kind === 'get' && isWithoutObjects());
  const deletion = deleteVolume(deleting, { volume: 'v', surroundings });
  await new Promise(setImmediate);
  expect([...store.objects.keys()]).toEqual(['v/head']);
  goOn();
  await expect(opening).rejects.toMatchObject({ code: 'missing', message: /v@s was deleted/ });
  end();
  await deletion;
});

test('a volume that is taken over while it is listed is not opened, with zeroes for what was replaced', async () => {
  const store = await volume();
  await own(store, (disk) => disk.write?.(new Uint8Array(2 * CHUNK).fill(1), 0, { fua: false }));
  const { held, goOn } = slowLists(store);
  const opening = openVolume(held, { volume: 'v', ...options });
  await new Promise(setImmediate);
  const heir = await openVolume(store, { volume: 'v', takeOver: true, ...options });
  await write(2)(heir);
  await heir.close?.();
  goOn();
  await expect(opening).rejects.toMatchObject({ code: 'deposed', message: /was taken over/ });
});

test.each(['snapshot', 'clone'])(
  'what was trimmed is not back in a %s that is listed while its volume clears away',
  async (what) => {
    const store = await volume();
    await own(store, write(1));
    const old = [...store.objects].filter(([key]) => key.includes('/c/'));
    await own(store, trim);
    await snapshotVolume(store, SNAPSHOT);
    await cloneVolume(store, { ...SNAPSHOT, clone: 'w' });
    const { held, goOn } = slowLists(store);
    const opening =
      what === 'clone'
        ? openVolume(held, { volume: 'w', ...options })
        : openSnapshot(held, SNAPSHOT);
    await new Promise(setImmediate);
    await own(store);
    expect([...store.objects.keys()].filter((key) => key.startsWith('v/c/'))).toEqual([]);
    // A request that was repeated comes late, or a deletion has not yet come to it.
    for (const [key, object] of old) store.objects.set(key, object);
    await store.put('stray', []); // the store has looked at its keys before
    goOn();
    expect(await firstByte(await opening)).toBe(0);
  },
);
