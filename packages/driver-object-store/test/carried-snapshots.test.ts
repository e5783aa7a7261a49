/** What the head carries, and snapshots: those stay, so it becomes objects for them. */
import { expect, test } from 'vitest';
import {
  cloneVolume,
  createVolume,
  deleteSnapshot,
  deleteVolume,
  type ObjectStore,
  openSnapshot,
  openVolume,
  snapshotVolume,
  StoreError,
} from '../src/index.ts';
import { manualSurroundings } from './manual-surroundings.ts';
import { carriedNames, CHUNK, headOf, opened, packs, read, write } from './carried-volume.ts';

/** Does something once the first pack of a snapshot was put, and before the snapshot names it. */
function meanwhile(store: ObjectStore, task: () => Promise<void>): ObjectStore {
  let isOver = false;
  return {
    ...store,
    async put(key, parts, options) {
      const answer = await store.put(key, parts, options);
      if (key.includes('/pack/') && !isOver) {
        isOver = true;
        await task();
      }
      return answer;
    },
  };
}

/** Makes a snapshot, but none of its objects. */
function withoutPacks(store: ObjectStore): ObjectStore {
  return {
    ...store,
    put: (key, parts, options) =>
      key.includes('/pack/')
        ? Promise.reject(new StoreError('unreachable', 'no answer'))
        : store.put(key, parts, options),
  };
}

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
  fail('put /pack/');
  await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
  fail();
  expect(carriedNames(headOf(store).snapshots[0])).toEqual(['1-1']);
  await write(disk, 0, 2);
  const kept = () => openSnapshot(store, { volume: 'v', snapshot: 's', surroundings });
  expect(await read(await kept(), 1)).toEqual([1]);
  await snapshotVolume(store, { volume: 'v', snapshot: 't', surroundings });
  expect(headOf(store).snapshots.map(carriedNames)).toEqual([[], []]);
  expect(await read(await kept(), 1)).toEqual([1]);
});

test('a snapshot that is made while another one becomes objects keeps what it carries', async () => {
  const { store, disk, surroundings } = await opened();
  await write(disk, 0, 1);
  const slow = meanwhile(store, async () => {
    await write(disk, 1, 2);
    await snapshotVolume(withoutPacks(store), { volume: 'v', snapshot: 't', surroundings });
  });
  await snapshotVolume(slow, { volume: 'v', snapshot: 's', surroundings });
  expect(headOf(store).snapshots.map(carriedNames)).toEqual([[], ['1-2']]);
  const later = await openSnapshot(store, { volume: 'v', snapshot: 't', surroundings });
  expect(await read(later, 3)).toEqual([1, 2, 0]);
});

test('a volume that has taken the place of the one that had the snapshot is left alone', async () => {
  const { store, disk, surroundings } = await opened();
  await write(disk, 0, 1);
  const options = { volume: 'v', surroundings } as const;
  const slow = meanwhile(store, async () => {
    await deleteVolume(store, { ...options, takeOver: true });
    const others = { volume: 'v', surroundings: manualSurroundings(2) } as const;
    await createVolume(store, { ...others, size: 4 * CHUNK, chunkBytes: CHUNK, probe: false });
    await write(await openVolume(store, { ...others, probe: false }), 0, 7);
    await snapshotVolume(withoutPacks(store), { ...others, snapshot: 's' });
  });
  await snapshotVolume(slow, { ...options, snapshot: 's' });
  expect(carriedNames(headOf(store).snapshots[0])).toEqual(['1-1']);
  const kept = await openSnapshot(store, { ...options, snapshot: 's' });
  expect(await read(kept, 1)).toEqual([7]);
});

test('a fault of ours is not taken for one of the store', async () => {
  const { store, disk, surroundings } = await opened();
  await write(disk, 0, 1);
  const broken = meanwhile(store, () => Promise.reject(new TypeError('a fault')));
  await expect(
    snapshotVolume(broken, { volume: 'v', snapshot: 's', surroundings }),
  ).rejects.toThrow('a fault');
});
