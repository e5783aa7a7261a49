import type { Driver } from '@nbd/driver';
import { driverConformance } from '@nbd/driver-conformance';
import { describe } from 'vitest';
import {
  cloneVolume,
  createVolume,
  openSnapshot,
  openVolume,
  snapshotVolume,
  type ObjectStore,
} from '../src/index.ts';
import { memoryStore } from '../src/testing/index.ts';

const CHUNK_BYTES = 4096;

/** A volume with a snapshot "s" that holds `content`, in chunks and in a pack, and other bytes since. */
async function withSnapshot(size: number): Promise<ObjectStore> {
  const store = memoryStore();
  await createVolume(store, { volume: 'disk', size, chunkBytes: CHUNK_BYTES });
  const disk = await openVolume(store, { volume: 'disk' });
  if (size > 0) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => content(i));
    await disk.write?.(
      bytes.map((byte, i) => (i < 100 ? 0xbb : byte)),
      0,
      { fua: true },
    );
    await disk.write?.(bytes.subarray(0, 100), 0, { fua: true });
  }
  await snapshotVolume(store, { volume: 'disk', snapshot: 's' });
  if (size > 0) await disk.write?.(new Uint8Array(size).fill(0xaa), 0, { fua: false });
  await disk.close?.();
  return store;
}

/** Every third chunk is zeroes. */
function content(offset: number): number {
  return Math.floor(offset / CHUNK_BYTES) % 3 === 2 ? 0 : offset % 251;
}

describe('a new volume', () => {
  driverConformance({
    async create({ size }): Promise<Driver> {
      const store = memoryStore();
      await createVolume(store, { volume: 'disk', size, chunkBytes: CHUNK_BYTES });
      return openVolume(store, { volume: 'disk' });
    },
  });
});

describe('a volume with little memory', () => {
  driverConformance({
    async create({ size }): Promise<Driver> {
      const store = memoryStore();
      await createVolume(store, { volume: 'disk', size, chunkBytes: CHUNK_BYTES });
      const cacheBytes = 4 * CHUNK_BYTES;
      const packs = { packedBytesMax: 2 * CHUNK_BYTES, packsMax: 2 };
      return openVolume(store, { volume: 'disk', dirtyBytesMax: 0, cacheBytes, ...packs });
    },
  });
});

describe('a clone', () => {
  driverConformance({
    content,
    runs: 20,
    async create({ size }): Promise<Driver> {
      const store = await withSnapshot(size);
      await cloneVolume(store, { volume: 'disk', snapshot: 's', clone: 'copy' });
      return openVolume(store, { volume: 'copy', cacheBytes: 4 * CHUNK_BYTES });
    },
  });
});

describe('a snapshot', () => {
  driverConformance({
    content,
    writable: false,
    runs: 20,
    async create({ size }): Promise<Driver> {
      return openSnapshot(await withSnapshot(size), { volume: 'disk', snapshot: 's' });
    },
  });
});
