/** Packs that are many or large: what is done about them, how far that goes, and when it ends. */
import type { Driver } from '@nbd/driver';
import { expect, test } from 'vitest';
import { checkVolume, createVolume, type OpenOptions, openVolume } from '../src/index.ts';
import { type MemoryStore, memoryStore } from '../src/testing/index.ts';
import { manualSurroundings } from './manual-surroundings.ts';
import { type Moment, moment } from './moment.ts';

const BLOCK = 4096;

async function opened(chunkBytes: number, more: OpenOptions = {}) {
  let isFailing = false;
  let held: Moment | undefined;
  const store = memoryStore({
    faults({ kind, key }) {
      if (isFailing && key.includes('/pack/')) return { kind: 'refused', code: 'unreachable' };
      return kind === 'get' && held !== undefined ? { kind: 'slow', until: held.until } : undefined;
    },
  });
  const surroundings = manualSurroundings();
  const options = { volume: 'v', surroundings, probe: false } as const;
  await createVolume(store, { ...options, size: 4096 * chunkBytes, chunkBytes });
  const open = (other: OpenOptions = {}): Promise<Driver> =>
    openVolume(store, { ...options, takeOver: true, carriedBytesMax: 0, ...more, ...other });
  const disk = await open();
  return {
    store,
    disk,
    open,
    /** Gets wait until the answer is called. */
    holdGets: () => {
      held = moment();
      return held.come;
    },
    /** Whether packs cannot be put. */
    fail: (isOn: boolean) => {
      isFailing = isOn;
    },
    /** Blocks of that chunk, from its start on. */
    write: async (chunk: number, blocks: number, on = disk) => {
      await on.write?.(new Uint8Array(blocks * BLOCK).fill(1), chunk * chunkBytes, { fua: false });
    },
    /** What was begun goes on until nothing does any more. */
    settle: async () => {
      for (let steps = 0; steps < 100; steps++) await surroundings.tick(0);
    },
    /** So long that what is left to do is done at leisure. */
    rest: async () => {
      await surroundings.tick(5000);
      for (let steps = 0; steps < 200; steps++) await surroundings.tick(0);
    },
  };
}

function packsOf(store: MemoryStore): string[] {
  return [...store.objects.keys()].filter((key) => key.includes('/pack/'));
}

/** How many packs the head names. */
function namedIn(store: MemoryStore): number {
  const head = new TextDecoder().decode(store.objects.get('v/head')?.bytes);
  return (JSON.parse(head) as { packs?: string }).packs?.split(' ').length ?? 0;
}

/** Puts of chunks since there were so many calls. */
function uploadsSince(store: MemoryStore, from: number): number {
  const keys = store.calls.slice(from).filter(({ kind }) => kind === 'put');
  return keys.filter(({ key }) => /\/c\/[^/]+\/..\//.test(key)).length;
}

test('no chunk takes up what is packed once the volume is closed, and its map stays behind', async () => {
  const { store, disk, write, settle, holdGets } = await opened(16 * BLOCK, {
    packedBytesMax: 256 * BLOCK,
    cacheBytes: 0,
    mapChunksMin: 1,
  });
  for (let chunk = 0; chunk < 200; chunk++) await write(chunk, 16);
  await disk.flush?.();
  for (let chunk = 0; chunk < 200; chunk++) await write(chunk, 1);
  await disk.flush?.();
  const goOn = holdGets();
  await write(200, 16);
  const closed = disk.close?.();
  await settle();
  goOn();
  await closed;
  const from = store.calls.length;
  await settle();
  expect(store.calls.slice(from)).toEqual([]);
  expect([...store.objects.keys()].some((key) => key.includes('/map/'))).toBe(true);
});

test('no chunk takes up what is packed once another host has the volume', async () => {
  const { store, disk, open, write, settle } = await opened(16 * BLOCK, {
    packedBytesMax: 256 * BLOCK,
  });
  for (let chunk = 0; chunk < 200; chunk++) await write(chunk, 1);
  await disk.flush?.();
  await open();
  await write(200, 1);
  await expect(disk.flush?.()).rejects.toMatchObject({ code: 'ESHUTDOWN' });
  const from = store.calls.length;
  await settle();
  expect(uploadsSince(store, from)).toBeLessThanOrEqual(8);
});

test('large packs that are many are taken up until they are not, and no further', async () => {
  const { store, disk, open, write, settle } = await opened(1024 * BLOCK, {
    packsMax: 16,
    packedBytesMax: 2 ** 30,
  });
  for (let chunk = 0; chunk < 60; chunk++) {
    await write(chunk, 250);
    await disk.flush?.();
    await settle();
  }
  await disk.flush?.();
  expect(namedIn(store)).toBeGreaterThan(16);
  expect(namedIn(store)).toBeLessThanOrEqual(34);
  expect(uploadsSince(store, 0)).toBeGreaterThan(0);
  expect(uploadsSince(store, 0)).toBeLessThan(30);
  const next = await open();
  const target = new Uint8Array(250 * BLOCK);
  for (let chunk = 0; chunk < 60; chunk++) {
    await next.read(target.fill(0), chunk * 1024 * BLOCK);
    expect(target.every((byte) => byte === 1)).toBe(true);
  }
});

test.each([
  ['four chunks at a time take up what is packed while nobody reads', false, 4],
  ['one chunk at a time takes up what is packed beside those who read', true, 1],
])('%s', async (_, isRead, expected) => {
  const { store, disk, write, rest, holdGets } = await opened(64 * BLOCK, {
    packedBytesMax: 64 * BLOCK,
    cacheBytes: 0,
  });
  for (let chunk = 0; chunk < 60; chunk++) await write(chunk, 64);
  await disk.flush?.();
  for (let chunk = 0; chunk < 50; chunk++) await write(chunk, 1);
  await disk.flush?.();
  const letGo = holdGets();
  const read = isRead ? disk.read(new Uint8Array(1), 55 * 64 * BLOCK) : undefined;
  const from = store.calls.length;
  await rest();
  expect(store.calls.slice(from).filter(({ kind }) => kind === 'get')).toHaveLength(expected);
  letGo();
  await read;
});

test('however much is packed at a time, packs are not more than twice as many as they may be before they are merged', async () => {
  const { store, disk, write } = await opened(1024 * BLOCK, {
    packsMax: 1,
    packedBytesMax: 2 ** 30,
  });
  for (let chunk = 0; chunk < 20; chunk++) await write(chunk, 200);
  await disk.flush?.();
  expect(packsOf(store)).toHaveLength(2);
  expect(uploadsSince(store, 0)).toBe(10);
});

test('zeroes in many chunks take room too', async () => {
  const { store, disk, settle } = await opened(16 * BLOCK, { packedBytesMax: 16 * BLOCK });
  for (let chunk = 0; chunk < 256; chunk++) {
    await disk.write?.(new Uint8Array(16 * BLOCK).fill(1), chunk * 16 * BLOCK, { fua: false });
  }
  await disk.flush?.();
  const from = store.calls.length;
  for (let chunk = 0; chunk < 256; chunk++) {
    await disk.zero?.(chunk * 16 * BLOCK, BLOCK, { fua: false, fast: false, mayTrim: false });
    if (chunk % 16 === 15) await disk.flush?.();
  }
  await settle();
  expect(uploadsSince(store, from)).toBeGreaterThan(150);
});

test('what was packed takes as much room at the next opening as it did before', async () => {
  const { store, disk, open, write, rest } = await opened(16 * BLOCK, {
    packedBytesMax: 64 * BLOCK,
  });
  for (let chunk = 0; chunk < 61; chunk++) await write(chunk, 16);
  await disk.flush?.();
  for (let chunk = 0; chunk < 30; chunk++) {
    await disk.write?.(Uint8Array.of(2), chunk * 16 * BLOCK, { fua: false });
  }
  await disk.close?.();
  expect(uploadsSince(store, 0)).toBe(61);
  const next = await open();
  for (let chunk = 30; chunk < 60; chunk++) {
    await next.write?.(Uint8Array.of(1), chunk * 16 * BLOCK, { fua: false });
  }
  await next.flush?.();
  await next.write?.(Uint8Array.of(1), 60 * 16 * BLOCK, { fua: false });
  await rest();
  expect(uploadsSince(store, 0)).toBeGreaterThan(80);
});

test('what has to be read at an opening takes room, though some of it lies over the rest', async () => {
  const { store, disk, open, write, rest } = await opened(64 * BLOCK);
  await write(0, 64);
  for (let flushes = 0; flushes < 9; flushes++) {
    await disk.flush?.();
    await write(0, 8);
  }
  await disk.close?.();
  const from = store.calls.length;
  await open({ packedBytesMax: 100 * BLOCK });
  await rest();
  expect(uploadsSince(store, from)).toBe(1);
});

test('what is on its way in a pack is still in memory alone', async () => {
  let dirtyBytes = 0;
  const dirty = (bytes: number) => {
    dirtyBytes = bytes;
  };
  const { disk, write, fail } = await opened(16 * BLOCK, { observer: { dirty } });
  await write(0, 1);
  fail(true);
  await expect(disk.flush?.()).rejects.toMatchObject({ code: 'EIO' });
  expect(dirtyBytes).toBeGreaterThanOrEqual(BLOCK);
  fail(false);
  await disk.flush?.();
  expect(dirtyBytes).toBe(0);
});

test('small changes among larger ones are packed when their turn comes, and not each by itself', async () => {
  const { store, disk, write, settle } = await opened(16 * BLOCK, {
    dirtyBytesMax: 64 * 16 * BLOCK,
  });
  for (let chunk = 0; chunk < 400; chunk++) await write(chunk, 16);
  await disk.flush?.();
  for (let chunk = 0; chunk < 400; chunk += 2) {
    await write(chunk, 8);
    await write(chunk + 1, 1);
    await settle();
  }
  const puts = store.calls.filter(({ kind, key }) => kind === 'put' && key.includes('/pack/'));
  expect(puts.length).toBeLessThan(10);
});

test('packs are checked so many at a time, as chunks are', async () => {
  const { store, disk, write } = await opened(16 * BLOCK);
  for (let chunk = 0; chunk < 20; chunk++) {
    await write(chunk, 1);
    await disk.flush?.();
  }
  let [now, most] = [0, 0];
  const get: MemoryStore['get'] = async (...call) => {
    now += 1;
    most = Math.max(most, now);
    await new Promise(setImmediate);
    now -= 1;
    return store.get(...call);
  };
  const report = await checkVolume({ ...store, get }, { volume: 'v', concurrency: 3 });
  expect(report).toMatchObject({ checked: 20, total: 20, damaged: [], bytes: 20 * BLOCK });
  expect(most).toBe(3);
});
