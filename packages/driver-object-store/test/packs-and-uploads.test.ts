/** A pack and an upload of the same chunk at a time: which of them is newer must be what was written last. */
import { expect, test, vi } from 'vitest';
import { createVolume, openVolume } from '../src/index.ts';
import { type MemoryStore, memoryStore } from '../src/testing/index.ts';
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
      carriedBytesMax: 0,
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
    store,
    held,
    surroundings,
    disk,
    write,
    goOn,
    uploaded,
    /** The first bytes of the blocks of the first chunk, as the next owner finds them. */
    found: async () => {
      const target = new Uint8Array(CHUNK);
      await (await open()).read(target, 0);
      return [target[0], target[256], target[CHUNK / 2], target[CHUNK - 1]];
    },
  };
}

/** The object of the first chunk is not there until the answer is called. */
function takeAway(store: MemoryStore): () => void {
  const key = [...store.objects.keys()].find((each) => each.includes('/00000000/')) ?? '';
  const object = store.objects.get(key);
  store.objects.delete(key);
  return () => {
    if (object !== undefined) store.objects.set(key, object);
  };
}

test('packs that become one keep what an upload has taken up that does not count yet', async () => {
  const { disk, write, goOn, uploaded, found } = await uploading();
  await write(9, OTHER);
  await disk.write?.(new Uint8Array(256).fill(9), OTHER + 1024, { fua: true });
  expect(await found()).toEqual([2, 1, 1, 1]);
  goOn();
  await expect(uploaded).rejects.toMatchObject({ code: 'ESHUTDOWN' });
});

test('packs that become one keep what an upload has given back, for what it lay over could not be read', async () => {
  const { store, disk, write, goOn, uploaded, found } = await uploading();
  const putBack = takeAway(store);
  goOn();
  await expect(uploaded).rejects.toMatchObject({ code: 'EIO' });
  await write(9, OTHER);
  await disk.write?.(new Uint8Array(256).fill(9), OTHER + 1024, { fua: true });
  putBack();
  expect(await found()).toEqual([2, 1, 1, 1]);
});

test('packs become one that has what was written last', async () => {
  const store = memoryStore();
  const surroundings = manualSurroundings();
  const options = { volume: 'v', surroundings, packsMax: 1, probe: false } as const;
  await createVolume(store, { ...options, size: 8 * CHUNK, chunkBytes: CHUNK });
  const disk = await openVolume(store, options);
  for (let value = 1; value <= 3; value++) {
    await disk.write?.(new Uint8Array(256).fill(value), 128 * value, { fua: true });
  }
  const target = new Uint8Array(CHUNK);
  await (await openVolume(store, { ...options, takeOver: true })).read(target, 0);
  expect([128, 256, 384, 639, 640].map((at) => target[at])).toEqual([1, 2, 3, 3, 0]);
});

test('what an upload has given back is written, and what was written meanwhile lies over it', async () => {
  const { store, disk, write, goOn, uploaded, found } = await uploading();
  const putBack = takeAway(store);
  await write(4, CHUNK - 256);
  goOn();
  await expect(uploaded).rejects.toMatchObject({ code: 'EIO' });
  putBack();
  await disk.flush?.();
  expect(await found()).toEqual([2, 1, 3, 4]);
});

test('a pack is named until what takes its place counts, be that in the store or not', async () => {
  const { held, surroundings, disk, write, goOn, uploaded, found } = await uploading();
  const goOnOther = held.holdAt(({ kind, key }) => kind === 'put' && key.includes('/00000005/'));
  await write(9, OTHER, CHUNK);
  const flushed = disk.flush?.();
  await new Promise(setImmediate);
  goOn();
  await surroundings.tick(5000); // the lease is renewed
  expect(await found()).toEqual([2, 1, 1, 1]);
  goOnOther();
  await expect(uploaded).rejects.toMatchObject({ code: 'ESHUTDOWN' });
  await expect(flushed).rejects.toMatchObject({ code: 'ESHUTDOWN' });
});

test('writes that wait for room have it when what took it was packed', async () => {
  const held = heldStore(memoryStore());
  const surroundings = manualSurroundings();
  const options = { volume: 'v', surroundings, probe: false } as const;
  await createVolume(held, { ...options, size: 256 * CHUNK, chunkBytes: CHUNK });
  const disk = await openVolume(held, { ...options, dirtyBytesMax: 0, uploadsMax: 1 });
  const goOn = held.holdAt(({ kind, key }) => kind === 'put' && !key.endsWith('/head'));
  const written: unknown[] = [];
  for (let chunk = 0; chunk < 256; chunk++) {
    const length = chunk < 5 ? CHUNK : 1024;
    written.push(disk.write?.(new Uint8Array(length).fill(1), chunk * CHUNK, { fua: false }));
  }
  const all = vi.fn<() => void>();
  const answered = Promise.all(written).finally(all);
  await surroundings.tick(0);
  expect(all).not.toHaveBeenCalled();
  goOn();
  for (let steps = 0; steps < 100; steps++) await surroundings.tick(0);
  expect(all).toHaveBeenCalled();
  await answered;
});

test('no head names a pack before it is in the store', async () => {
  const store = memoryStore();
  const held = heldStore(store);
  const surroundings = manualSurroundings();
  const options = { volume: 'v', surroundings, lease: 9000, probe: false } as const;
  await createVolume(store, { ...options, size: 8 * CHUNK, chunkBytes: CHUNK });
  const disk = await openVolume(held, { ...options, carriedBytesMax: 0 });
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
  expect(await found()).toEqual([2, 1, 3, 4]);
});
