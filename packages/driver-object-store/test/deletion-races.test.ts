/** Deletions that stand still while others delete, open and clone: whatever is kept is kept whole. */
import { expect, test } from 'vitest';
import {
  checkVolume,
  cloneVolume,
  createVolume,
  deleteSnapshot,
  deleteVolume,
  openVolume,
  snapshotVolume,
} from '../src/index.ts';
import { memoryStore, type MemoryStore } from '../src/testing/index.ts';
import { type HeldCall, heldStore } from './held-store.ts';
import { manualSurroundings } from './manual-surroundings.ts';

const CHUNK = 4096;
const surroundings = manualSurroundings();
const options = { surroundings, packedBytesMax: 0, probe: false as const };
const SNAPSHOT = { volume: 'v', snapshot: 's', surroundings };
const VOLUME = { volume: 'v', surroundings };
const CLONED = /in use: the clone w stands on it/;

/** With a snapshot of all of it. */
async function volume(): Promise<MemoryStore> {
  const store = memoryStore();
  await createVolume(store, { volume: 'v', size: 4 * CHUNK, chunkBytes: CHUNK, ...options });
  const disk = await openVolume(store, { volume: 'v', ...options });
  await disk.write?.(new Uint8Array(4 * CHUNK).fill(1), 0, { fua: true });
  await disk.close?.();
  await snapshotVolume(store, SNAPSHOT);
  return store;
}

/** All runs that can. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The next change or look at the head, once pins were looked for. */
function behindPins(): (call: HeldCall) => boolean {
  let hasListed = false;
  return ({ kind, key }) => {
    if (kind === 'list' && key.includes('/pins/')) hasListed = true;
    return hasListed && kind === 'get';
  };
}

/** A clone that stands still before its pin, and then before it looks whether the snapshot is still kept. */
function slowClone(store: MemoryStore) {
  const held = heldStore(store);
  const pin = held.holdAt(({ kind, key }) => kind === 'put' && key.includes('/pins/'));
  let gets = 0;
  const look = held.holdAt(({ kind }) => kind === 'get' && ++gets === 2);
  return { pin, look, made: cloneVolume(held, { ...SNAPSHOT, clone: 'w' }) };
}

test('a snapshot whose deletion stood still stays for a clone that was made since, though others delete it too', async () => {
  const store = await volume();
  const clone = slowClone(store);
  await turn();
  const first = heldStore(store);
  const goOn = first.holdAt(behindPins());
  const deletion = deleteSnapshot(first, SNAPSHOT).catch((error: Error) => error);
  await turn();
  clone.pin();
  await turn();
  await expect(deleteSnapshot(store, SNAPSHOT)).rejects.toThrow(CLONED);
  clone.look();
  await clone.made;
  const third = heldStore(store);
  const giveUp = third.holdAt(behindPins());
  const other = deleteSnapshot(third, SNAPSHOT).catch((error: Error) => error);
  await turn();
  goOn();
  expect(await deletion).toMatchObject({ code: 'in-use', message: /by others/ });
  giveUp();
  expect(await other).toMatchObject({ code: 'in-use', message: CLONED });
  expect(await checkVolume(store, { volume: 'w' })).toMatchObject({ total: 4, damaged: [] });
});

test('of two who delete a snapshot at a time one does, and it is gone', async () => {
  const store = await volume();
  const first = heldStore(store);
  const goOn = first.holdAt(behindPins());
  const deletion = deleteSnapshot(first, SNAPSHOT);
  await turn();
  await deleteSnapshot(store, SNAPSHOT);
  goOn();
  await expect(deletion).resolves.toBeUndefined();
  await expect(deleteSnapshot(store, SNAPSHOT)).rejects.toMatchObject({ code: 'missing' });
});

test('a volume whose objects go is not given up for a clone that comes too late', async () => {
  const store = await volume();
  const clone = slowClone(store);
  await turn();
  const first = heldStore(store);
  first.holdAt(({ kind }) => kind === 'deleteMany');
  void deleteVolume(first, VOLUME);
  await turn();
  clone.pin();
  await turn();
  await deleteVolume(store, VOLUME);
  clone.look();
  await expect(clone.made).rejects.toMatchObject({ code: 'missing' });
  expect([...store.objects.keys()]).toEqual([]);
});

test('a volume whose deletion stood still stays whole for a clone, once another has given the deletion up', async () => {
  const store = await volume();
  const clone = slowClone(store);
  await turn();
  const first = heldStore(store);
  let lists = 0;
  const goOn = first.holdAt(({ kind, key }) => {
    if (kind === 'list' && key.includes('/pins/')) lists += 1;
    return lists === 2 && kind === 'get';
  });
  const deletion = deleteVolume(first, VOLUME).catch((error: Error) => error);
  await turn();
  clone.pin();
  await turn();
  await expect(deleteVolume(store, VOLUME)).rejects.toThrow(CLONED);
  clone.look();
  await clone.made;
  goOn();
  expect(await deletion).toMatchObject({ code: 'in-use', message: /by others/ });
  for (const name of ['v', 'w']) {
    const report = await checkVolume(store, { volume: name });
    expect(report).toMatchObject({ total: 4, damaged: [] });
  }
  await (await openVolume(store, { volume: 'v', ...options })).close?.();
});

test('a volume that is being deleted has no owner from its first change on', async () => {
  const store = await volume();
  const held = heldStore(store);
  let changes = 0;
  const goOn = held.holdAt(({ kind, key }) => {
    if (kind === 'put' && key === 'v/head') changes += 1;
    return changes === 2;
  });
  const deletion = deleteVolume(held, VOLUME);
  await turn();
  const opening = openVolume(store, { volume: 'v', takeOver: true, ...options });
  await expect(opening).rejects.toMatchObject({ code: 'missing' });
  goOn();
  await deletion;
  expect([...store.objects.keys()]).toEqual([]);
});

test('a volume that others delete is not missing to whoever deletes it too, for they may give that up', async () => {
  const store = await volume();
  const claims = heldStore(store);
  const claim = claims.holdAt(({ kind, key }) => kind === 'put' && key === 'v/head');
  const deletion = deleteVolume(claims, VOLUME).catch((error: Error) => error);
  await turn();
  const others = heldStore(store);
  let changes = 0;
  const goOn = others.holdAt(({ kind, key }) => {
    if (kind === 'put' && key === 'v/head') changes += 1;
    return changes === 2;
  });
  const other = deleteVolume(others, VOLUME);
  await turn();
  claim();
  expect(await deletion).toMatchObject({ code: 'in-use', message: /is being deleted/ });
  goOn();
  await other;
  expect([...store.objects.keys()]).toEqual([]);
});
