/** The smallest changes go into the head itself: what that saves, and that nothing is lost by it. */
import { expect, test } from 'vitest';
import { checkVolume, snapshotVolume } from '../src/index.ts';
import {
  BLOCK,
  CARRIED_BLOCK,
  carriedNames,
  CHUNK,
  headOf,
  opened,
  packs,
  read,
  write,
} from './carried-volume.ts';

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

test('the head may carry more packs than there may be objects, and no chunk is uploaded for them', async () => {
  const { store, disk, surroundings } = await opened();
  for (let chunk = 0; chunk < 40; chunk++) await write(disk, chunk, 9, 16);
  const from = store.calls.length;
  let most = 0;
  for (let flush = 0; flush < 3000; flush++) {
    await disk.zero?.((flush % 40) * CHUNK, 512, { mayTrim: true, fast: false, fua: true });
    most = Math.max(most, store.objects.get('v/head')?.bytes.length ?? 0);
  }
  for (let seconds = 0; seconds < 12; seconds++) await surroundings.tick(1000);
  const put = store.calls.slice(from).filter(({ kind }) => kind === 'put');
  expect(put.filter(({ key }) => !/\/head$|\/pack\//.test(key))).toEqual([]);
  expect(carriedNames(headOf(store)).length).toBeGreaterThan(64);
  expect(most).toBeLessThan(110_000);
});

test('places that were changed many times are in the pack once that takes them up', async () => {
  const { store, disk } = await opened({}, 4 * CHUNK);
  // Both in the first chunk, of which so much is packed then that all of it is held.
  await write(disk, 0, 1, 12);
  await write(disk, 1, 1, 12);
  for (let flush = 0; flush < 780; flush++) {
    await disk.zero?.(2 * CHUNK, 25 * BLOCK, { mayTrim: true, fast: false, fua: true });
  }
  await write(disk, 4, 1, 12);
  const sizes = packs(store).map((key) => store.objects.get(key)?.bytes.length ?? 0);
  expect(Math.max(...sizes)).toBeLessThan(8 * CHUNK);
});

test('memory of what was taken up is counted once, so that there is room for more', async () => {
  const { store, disk, fail } = await opened({ packedBytesMax: 150 * BLOCK });
  for (let chunk = 0; chunk < 15; chunk++) await write(disk, chunk, 1);
  fail('put /pack/');
  for (let chunk = 20; chunk < 30; chunk++) {
    await expect(write(disk, chunk, 1)).rejects.toMatchObject({ code: 'EIO' });
  }
  const from = store.calls.length;
  await expect(write(disk, 40, 1)).rejects.toMatchObject({ code: 'EIO' });
  const keys = store.calls.slice(from).map(({ key }) => key);
  expect(keys.filter((key) => !key.includes('/pack/'))).toEqual([]);
});

test('what the head is to carry is in memory alone until it does', async () => {
  let dirtyBytes = 0;
  const dirty = (bytes: number) => {
    dirtyBytes = bytes;
  };
  const { disk, fail } = await opened({ observer: { dirty } });
  fail('put /head');
  await expect(write(disk, 0, 1)).rejects.toMatchObject({ code: 'EIO' });
  expect(dirtyBytes).toBeGreaterThanOrEqual(BLOCK);
  fail();
  await disk.flush?.();
  expect(dirtyBytes).toBe(0);
});
