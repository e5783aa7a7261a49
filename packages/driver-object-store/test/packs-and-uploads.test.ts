/** A pack and an upload of the same chunk at a time: which of them is newer must be what was written last. */
import { expect, test } from 'vitest';
import { createVolume, openVolume } from '../src/index.ts';
import { memoryStore } from '../src/testing/index.ts';
import { heldStore } from './held-store.ts';
import { manualSurroundings } from './manual-surroundings.ts';

const CHUNK = 4096;
const OTHER = 5 * CHUNK;

/**
 * A volume whose first chunk has an object, a packed change at 0, and an upload that stands still while it reads that
 * object.
 */
async function uploading() {
  const store = memoryStore();
  const held = heldStore(store);
  const surroundings = manualSurroundings();
  await createVolume(store, { volume: 'v', size: 8 * CHUNK, chunkBytes: CHUNK, probe: false });
  const open = () =>
    openVolume(held, {
      volume: 'v',
      surroundings,
      cacheBytes: 0,
      packsMax: 1,
      takeOver: true,
      probe: false,
    });
  const disk = await open();
  const write = async (value: number, at: number, length = 256) => {
    await disk.write?.(new Uint8Array(length).fill(value), at, { fua: false });
  };
  await write(1, 0, CHUNK);
  await disk.flush?.();
  await write(2, 0);
  await disk.flush?.();
  const goOn = held.holdAt(({ kind, key }) => kind === 'get' && key.includes('/00000000/'));
  await write(3, CHUNK / 2, CHUNK / 2);
  const uploaded = disk.flush?.();
  await new Promise(setImmediate);
  return {
    disk,
    write,
    goOn,
    uploaded,
    /** The first bytes of the blocks of the first chunk, as the next owner finds them. */
    found: async () => {
      const target = new Uint8Array(CHUNK);
      await (await open()).read(target, 0);
      return [target[0], target[256], target[CHUNK - 1]];
    },
  };
}

test('packs that become one keep what an upload has taken up that does not count yet', async () => {
  const { disk, write, goOn, uploaded, found } = await uploading();
  await write(9, OTHER);
  await disk.write?.(new Uint8Array(256).fill(9), OTHER + 1024, { fua: true });
  expect(await found()).toEqual([2, 1, 1]);
  goOn();
  await expect(uploaded).rejects.toMatchObject({ code: 'ESHUTDOWN' });
});

test('no head names a pack before it is in the store', async () => {
  const store = memoryStore();
  const held = heldStore(store);
  const surroundings = manualSurroundings();
  const options = { volume: 'v', surroundings, lease: 9000, probe: false } as const;
  await createVolume(store, { ...options, size: 8 * CHUNK, chunkBytes: CHUNK });
  const disk = await openVolume(held, options);
  const goOn = held.holdAt(({ kind, key }) => kind === 'put' && key.includes('/pack/'));
  const written = disk.write?.(Uint8Array.of(7), 0, { fua: true });
  await surroundings.tick(6000); // the lease is renewed
  const target = new Uint8Array(1);
  await (await openVolume(store, { ...options, takeOver: true })).read(target, 0);
  expect(target[0]).toBe(0);
  goOn();
  await expect(written).rejects.toMatchObject({ code: 'ESHUTDOWN' });
});

test('a change of a chunk whose upload has begun goes behind that, and not into a pack', async () => {
  const { disk, write, goOn, uploaded, found } = await uploading();
  await write(4, CHUNK - 256);
  const flushed = disk.flush?.();
  await new Promise(setImmediate);
  goOn();
  await Promise.all([uploaded, flushed]);
  expect(await found()).toEqual([2, 1, 4]);
});
