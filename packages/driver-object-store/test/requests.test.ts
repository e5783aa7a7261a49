/** Requests cost money, so they are counted. */
import type { Driver } from '@nbd/driver';
import { expect, test } from 'vitest';
import { countingObserver, createVolume, type OpenOptions, openVolume } from '../src/index.ts';
import { type MemoryStore, memoryStore } from '../src/testing/index.ts';
import { extentsOf } from './extents-of.ts';
import { manualSurroundings } from './manual-surroundings.ts';

const TEBIBYTE = 2 ** 40;
const CHUNK = 2 ** 18;

/** What was asked of the store since the last look, as "put c" for one about a chunk, "swap head". */
function look(store: MemoryStore, from: number): string[] {
  return store.calls.slice(from).map(({ kind, key, isConditional }) => {
    const verb = kind === 'put' && isConditional ? 'swap' : kind;
    return `${verb} ${kindOf(key)}`;
  });
}

function kindOf(key: string): string {
  if (key.includes('/pack/')) return 'pack';
  if (key.includes('/c/')) return 'chunk';
  return key.includes('/head') ? 'head' : key;
}

async function opened(
  size: number,
  options: OpenOptions = {},
  chunkBytes = CHUNK,
): Promise<{ store: MemoryStore; disk: Driver }> {
  const store = memoryStore();
  const surroundings = manualSurroundings();
  await createVolume(store, { volume: 'v', size, chunkBytes, probe: false, surroundings });
  const disk = await openVolume(store, { volume: 'v', probe: false, surroundings, ...options });
  return { store, disk };
}

test('a blank tebibyte is made, opened, mapped, read and discarded without a request for a chunk', async () => {
  const { store, disk } = await opened(TEBIBYTE);
  expect(look(store, 0)).toEqual(['swap head', 'get head', 'swap head', 'list chunk']);
  const extents = extentsOf(disk);
  expect(extents).toEqual([{ length: TEBIBYTE, hole: true, zero: true }]);
  const target = new Uint8Array(4096).fill(1);
  await disk.read(target, TEBIBYTE / 2);
  expect(target.every((byte) => byte === 0)).toBe(true);
  await disk.trim?.(0, TEBIBYTE, { fua: true });
  await disk.zero?.(0, TEBIBYTE, { fua: true, mayTrim: false, fast: true });
  await disk.flush?.();
  expect(store.calls).toHaveLength(4);
  await disk.close?.();
  expect(look(store, 4)).toEqual(['swap head']);
});

test('a sequential write puts each chunk once, reads nothing, and a flush is one swap', async () => {
  const { store, disk } = await opened(64 * CHUNK);
  const from = store.calls.length;
  const piece = new Uint8Array(CHUNK / 8).fill(7);
  for (let at = 0; at < 64 * CHUNK; at += piece.length) {
    await disk.write?.(piece, at, { fua: false });
  }
  await disk.flush?.();
  const asked = look(store, from);
  expect(asked.filter((each) => each === 'put chunk')).toHaveLength(64);
  expect(asked.filter((each) => each === 'swap head')).toHaveLength(1);
  expect(asked).toHaveLength(65);
  await disk.flush?.();
  expect(store.calls).toHaveLength(from + 65);
});

test('4 KiB and a flush are one swap, and sometimes a put of little', async () => {
  const { store, disk } = await opened(4096 * CHUNK);
  for (let chunk = 0; chunk < 1024; chunk++) {
    await disk.write?.(new Uint8Array(4096).fill(1), chunk * CHUNK, { fua: true });
  }
  const asked = look(store, 4);
  expect(asked.filter((each) => each === 'swap head')).toHaveLength(1024);
  const puts = asked.filter((each) => each === 'put pack');
  expect(puts.length).toBeGreaterThan(0);
  expect(puts.length).toBeLessThan(1024 / 15);
  expect(new Set(asked)).toEqual(new Set(['swap head', 'put pack']));
});

test('where the head carries nothing they are one put of little and one swap', async () => {
  const { store, disk } = await opened(64 * CHUNK, { carriedBytesMax: 0 });
  await disk.write?.(new Uint8Array(CHUNK).fill(1), 0, { fua: true });
  const from = store.calls.length;
  await disk.write?.(new Uint8Array(4096).fill(2), 8192, { fua: false });
  await disk.flush?.();
  expect(look(store, from)).toEqual(['put pack', 'swap head']);
  const pack = [...store.objects].find(([key]) => key.includes('/pack/'));
  expect(pack?.[1].bytes.length).toBeLessThan(4096 + 32);
});

test('without packs they are one put and one swap, and one get where the chunk is not in memory', async () => {
  const { store, disk } = await opened(64 * CHUNK);
  await disk.write?.(new Uint8Array(CHUNK).fill(1), 0, { fua: true });
  await disk.close?.();
  const surroundings = manualSurroundings(2);
  const again = await openVolume(store, {
    volume: 'v',
    probe: false,
    surroundings,
    packedBytesMax: 0,
  });
  const from = store.calls.length;
  await again.write?.(new Uint8Array(4096).fill(2), 8192, { fua: false });
  await again.flush?.();
  expect(look(store, from)).toEqual(['get chunk', 'put chunk', 'swap head']);
  await again.write?.(new Uint8Array(4096).fill(3), 4096, { fua: true });
  expect(look(store, from + 3)).toEqual(['put chunk', 'swap head']);
  // The two that were replaced go in one request, later.
  await surroundings.tick(5000);
  expect(look(store, from + 5)).toContain('deleteMany chunk');
  expect([...store.objects.keys()].filter((key) => key.includes('/c/'))).toHaveLength(1);
});

test('without packs small changes share an upload for each chunk, and so many wait for it that a flush is not long', async () => {
  const chunkBytes = 4096;
  const { store, disk } = await opened(4096 * chunkBytes, { packedBytesMax: 0 }, chunkBytes);
  const from = store.calls.length;
  const block = new Uint8Array(256).fill(5);
  const writeEach = async (chunks: number, at: number) => {
    for (let chunk = 0; chunk < chunks; chunk++) {
      await disk.write?.(block, chunk * chunkBytes + at, { fua: false });
    }
  };
  await writeEach(500, 0);
  await writeEach(500, 512);
  expect(store.calls).toHaveLength(from);
  await disk.flush?.();
  expect(look(store, from).filter((each) => each === 'put chunk')).toHaveLength(500);
  const flushed = store.calls.length;
  await writeEach(3000, 1024);
  const early = look(store, flushed).filter((each) => each === 'put chunk').length;
  expect(early).toBeGreaterThan(3000 - 1024);
});

test('an idle owner renews its lease three times in it, and asks for nothing else', async () => {
  const store = memoryStore();
  const surroundings = manualSurroundings();
  await createVolume(store, { volume: 'v', size: CHUNK, probe: false, surroundings });
  await openVolume(store, { volume: 'v', probe: false, lease: 15_000, surroundings });
  const from = store.calls.length;
  await surroundings.tick(60_000);
  expect(look(store, from)).toEqual(Array.from({ length: 12 }, () => 'swap head'));
});

test('changes are committed five seconds after the last one though nobody asks', async () => {
  const store = memoryStore();
  const surroundings = manualSurroundings();
  await createVolume(store, { volume: 'v', size: CHUNK, probe: false, surroundings });
  const disk = await openVolume(store, {
    volume: 'v',
    probe: false,
    lease: 3_600_000,
    surroundings,
  });
  const from = store.calls.length;
  for (let second = 0; second < 4; second++) {
    await disk.write?.(Uint8Array.of(1), second, { fua: false });
    await surroundings.tick(1000);
  }
  expect(store.calls).toHaveLength(from);
  await surroundings.tick(4000);
  expect(look(store, from)).toEqual(['swap head']);
});

test('readers of one chunk share a request, who reads in order is read ahead of, and an observer counts it all', async () => {
  const { store, disk } = await opened(64 * CHUNK);
  await disk.write?.(new Uint8Array(64 * CHUNK).fill(9), 0, { fua: false });
  await disk.close?.();
  const observer = countingObserver();
  const surroundings = manualSurroundings(2);
  const again = await openVolume(store, { volume: 'v', probe: false, surroundings, observer });
  const read = (offset: number) => again.read(new Uint8Array(4096), offset);
  await Promise.all([read(0), read(4096), read(8192)]);
  // The head twice, the second time behind the list.
  expect(observer.counters.requests).toEqual({ get: 3, put: 0, swap: 1, delete: 0, list: 1 });
  await read(CHUNK);
  await new Promise(setImmediate);
  // The second chunk in a row, and two more.
  expect(observer.counters.requests.get).toBe(6);
  const { cacheHits } = observer.counters;
  await read(2 * CHUNK);
  expect(observer.counters.cacheHits).toBe(cacheHits + 1);
  expect(observer.counters.bytesRead).toBeGreaterThan(4 * CHUNK);
});
