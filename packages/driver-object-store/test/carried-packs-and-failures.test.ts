/** What is carried while uploads and packs fail: which of them is newer must be what was written last. */
import { expect, test } from 'vitest';
import {
  BLOCK,
  CARRIED_BLOCK,
  carriedNames,
  CHUNK,
  headOf,
  opened,
  type Opened,
  packs,
  read,
  write,
} from './carried-volume.ts';

const TWO = { carriedBytesMax: 2 * CARRIED_BLOCK } as const;

test('what cannot be emptied stays where it is, through later commits, and the flush that needed room is refused', async () => {
  const { store, disk, open, fail, surroundings } = await opened(TWO);
  await write(disk, 0, 1);
  await write(disk, 1, 2);
  fail('put /pack/');
  await expect(write(disk, 2, 3)).rejects.toMatchObject({ code: 'EIO' });
  await surroundings.tick(5000); // the lease is renewed
  expect(carriedNames(headOf(store))).toEqual(['1-1', '1-2']);
  expect(await read(await open(), 3)).toEqual([1, 2, 0]);
});

test('the same is put again with the pack that could not be put', async () => {
  const { store, disk, open, fail } = await opened(TWO);
  await write(disk, 0, 1);
  await write(disk, 1, 2);
  fail('put /pack/');
  await expect(write(disk, 2, 3)).rejects.toMatchObject({ code: 'EIO' });
  await expect(write(disk, 0, 4)).rejects.toMatchObject({ code: 'EIO' });
  fail();
  await disk.flush?.();
  expect(carriedNames(headOf(store))).toEqual([]);
  expect(await read(await open(), 3)).toEqual([4, 2, 3]);
});

test('the same place again, in the flush that empties the head, is what was written last', async () => {
  const { disk, open } = await opened({ carriedBytesMax: CARRIED_BLOCK });
  await write(disk, 0, 1);
  await write(disk, 0, 2);
  expect(await read(await open(), 1)).toEqual([2]);
});

test('a carried change of a chunk whose upload has failed before it had a name stays carried', async () => {
  const { disk, open, fail } = await opened({ ...TWO, cacheBytes: 0 });
  await write(disk, 0, 9, 16);
  await write(disk, 0, 1);
  fail('get /00/');
  const half = new Uint8Array(12 * BLOCK).fill(2);
  await expect(disk.write?.(half, CHUNK / 4, { fua: true })).rejects.toMatchObject({ code: 'EIO' });
  for (const chunk of [1, 2, 3]) await write(disk, chunk, 3 + chunk);
  fail();
  expect(await read(await open(), 4)).toEqual([1, 4, 5, 6]);
});

/** A chunk that was packed once more after its upload had failed, while the head still carries what was before. */
async function packedOnceMore(): Promise<Opened> {
  const volume = await opened({
    carriedBytesMax: 4 * BLOCK + 216, // four changes in one pack
    packedBytesMax: 30_000,
    cacheBytes: 0,
  });
  const { store, disk, fail, surroundings } = volume;
  for (let chunk = 0; chunk < 4; chunk++) await write(disk, chunk, 9, 16);
  const block = new Uint8Array(BLOCK).fill(1);
  for (let chunk = 0; chunk < 4; chunk++) {
    await disk.write?.(block, chunk * CHUNK, { fua: false });
  }
  await disk.flush?.();
  // Much is packed, so the first chunk is to be uploaded at leisure; its upload fails.
  fail('get /00/');
  for (let seconds = 0; seconds < 8; seconds++) await surroundings.tick(1000);
  await write(disk, 0, 3);
  fail();
  expect(packs(store)).toHaveLength(1);
  expect(carriedNames(headOf(store))).toHaveLength(1);
  return volume;
}

test('what was packed once more after its upload had failed lies over what the head carries of it', async () => {
  const { open } = await packedOnceMore();
  expect(await read(await open(), 4)).toEqual([3, 1, 1, 1]);
});

test('and so it does when the head is emptied', async () => {
  const { store, disk, open } = await packedOnceMore();
  await write(disk, 8, 5);
  expect(carriedNames(headOf(store))).toEqual([]);
  expect(await read(await open(), 4)).toEqual([3, 1, 1, 1]);
});
