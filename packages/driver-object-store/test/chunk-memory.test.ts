/** The memory of chunks that were read is used again, and never while somebody needs what is in it. */
import { expect, test } from 'vitest';
import { createVolume, type ObjectStore, openVolume } from '../src/index.ts';
import { memoryStore } from '../src/testing/index.ts';
import { heldStore } from './held-store.ts';

const CHUNK = 4096;
const CHUNKS = 64;

/** A volume whose chunks hold their numbers, and the targets that the store is given. */
async function volume(): Promise<{ store: ObjectStore; targets: Set<Uint8Array> }> {
  const store = memoryStore();
  await createVolume(store, { volume: 'v', size: CHUNKS * CHUNK, chunkBytes: CHUNK });
  const disk = await openVolume(store, { volume: 'v' });
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    await disk.write?.(new Uint8Array(CHUNK).fill(chunk + 1), chunk * CHUNK, { fua: false });
  }
  await disk.close?.();
  const targets = new Set<Uint8Array>();
  const get: ObjectStore['get'] = (key, options) => {
    if (options?.target !== undefined) targets.add(options.target);
    return store.get(key, options);
  };
  return { store: { ...store, get }, targets };
}

test.each([0, 4])('a cache of %i chunks is all the memory there is, and some', async (cached) => {
  const { store, targets } = await volume();
  const disk = await openVolume(store, { volume: 'v', cacheBytes: cached * CHUNK });
  for (let round = 0; round < 3; round++) {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const target = new Uint8Array(CHUNK);
      await disk.read(target, chunk * CHUNK);
      expect(target.every((byte) => byte === chunk + 1)).toBe(true);
    }
  }
  expect(targets.size).toBeLessThan(20);
  await disk.close?.();
});

test('all who wait for a chunk get it, though its memory goes on at once', async () => {
  const { store } = await volume();
  const disk = await openVolume(store, { volume: 'v', cacheBytes: 0 });
  for (let round = 0; round < 20; round++) {
    const targets = Array.from({ length: 24 }, () => new Uint8Array(CHUNK));
    const chunkOf = (i: number) => (round + (i >> 2) * 7) % CHUNKS;
    const reads = targets.map(async (target, i) => disk.read(target, chunkOf(i) * CHUNK));
    await Promise.all(reads);
    for (const [i, target] of targets.entries()) {
      expect(target.every((byte) => byte === chunkOf(i) + 1)).toBe(true);
    }
  }
  await disk.close?.();
});

test('memory that an answer may yet be written to is not used again', async () => {
  const { store } = await volume();
  let lost: Uint8Array | undefined;
  const late = () => lost?.fill(0xee);
  const get: ObjectStore['get'] = async (key, options) => {
    if (!key.includes('/00000005/')) return store.get(key, options);
    lost = options?.target;
    throw new Error('no answer');
  };
  const disk = await openVolume({ ...store, get }, { volume: 'v', cacheBytes: CHUNK });
  await expect(disk.read(new Uint8Array(CHUNK), 5 * CHUNK)).rejects.toThrow('no answer');
  for (let chunk = 6; chunk < 40; chunk++) {
    const target = new Uint8Array(CHUNK);
    const reading = disk.read(target, chunk * CHUNK);
    late();
    await reading;
    late();
    expect(target.every((byte) => byte === chunk + 1)).toBe(true);
    await disk.read(target, chunk * CHUNK);
    expect(target.every((byte) => byte === chunk + 1)).toBe(true);
  }
  await disk.close?.();
});

test.each([CHUNK, 2 ** 20])(
  'a store that brings memory of its own is read right, in chunks of %i bytes',
  async (chunkBytes) => {
    const store = memoryStore();
    await createVolume(store, { volume: 'v', size: 8 * chunkBytes, chunkBytes });
    const disk = await openVolume(store, { volume: 'v' });
    for (let chunk = 0; chunk < 8; chunk++) {
      await disk.write?.(new Uint8Array(chunkBytes).fill(chunk + 1), chunk * chunkBytes, {
        fua: false,
      });
    }
    await disk.close?.();
    const get: ObjectStore['get'] = (key, { range } = {}) =>
      store.get(key, range === undefined ? {} : { range });
    const again = await openVolume({ ...store, get }, { volume: 'v', cacheBytes: 0 });
    for (const length of [CHUNK, chunkBytes]) {
      for (let chunk = 0; chunk < 8; chunk++) {
        const target = new Uint8Array(length).fill(0xee);
        await again.read(target, chunk * chunkBytes);
        expect(target.every((byte) => byte === chunk + 1)).toBe(true);
      }
    }
    await again.close?.();
  },
);

test('a read that waits for what is below its changes does not see their memory in use for another chunk', async () => {
  const { store } = await volume();
  const held = heldStore(store);
  const disk = await openVolume(held, {
    volume: 'v',
    cacheBytes: 0,
    packedBytesMax: 0,
    probe: false,
  });
  await disk.write?.(new Uint8Array(256).fill(100), 5 * CHUNK, { fua: false });
  const goOn = held.holdAt(({ kind, key }) => kind === 'get' && key.includes('/00000005/'));
  const target = new Uint8Array(1024);
  const read = disk.read(target, 5 * CHUNK);
  // All of the chunk, so that its upload needs nothing, and nothing keeps its memory.
  await disk.write?.(new Uint8Array(CHUNK).fill(101), 5 * CHUNK, { fua: true });
  for (let chunk = 20; chunk < 40; chunk++) await disk.read(new Uint8Array(CHUNK), chunk * CHUNK);
  goOn();
  await read;
  expect([100, 101]).toContain(target[0]);
  expect([6, 101]).toContain(target[256]);
  expect(new Set(target).size).toBeLessThanOrEqual(2);
  await disk.close?.();
});
