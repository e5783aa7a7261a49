/** What a volume makes of a store that fails: nothing that was not so. */
import { expect, test } from 'vitest';
import { createVolume, openVolume, volumeInfo, type VolumeObserver } from '../src/index.ts';
import { memoryStore, type StoreCall, type StoreFault } from '../src/testing/index.ts';
import { manualSurroundings } from './manual-surroundings.ts';
import { moment } from './moment.ts';

const CHUNK = 4096;

async function volume() {
  let fault: ((call: StoreCall) => StoreFault | undefined) | undefined;
  const store = memoryStore({ faults: (call) => fault?.(call) });
  const surroundings = manualSurroundings();
  const options = { probe: false, surroundings } as const;
  await createVolume(store, { volume: 'v', size: 64 * CHUNK, chunkBytes: CHUNK, ...options });
  const open = (seed: number, observer: VolumeObserver = {}, packedBytesMax = 0) =>
    openVolume(store, {
      volume: 'v',
      probe: false,
      surroundings: manualSurroundings(seed),
      dirtyBytesMax: 0,
      cacheBytes: 0,
      packedBytesMax,
      observer,
    });
  return {
    store,
    disk: await open(2),
    open,
    failing: (next: typeof fault) => {
      fault = next;
    },
  };
}

function isChunkPut({ kind, key }: StoreCall): boolean {
  return kind === 'put' && key.includes('/c/');
}

test('a flush that fails is told, loses nothing, and the next one puts the same bytes under the same name', async () => {
  const { store, disk, failing } = await volume();
  await disk.write?.(Uint8Array.of(1), 0, { fua: false });
  failing((call) => (isChunkPut(call) ? { kind: 'refused', code: 'unreachable' } : undefined));
  await expect(disk.flush?.()).rejects.toMatchObject({ code: 'EIO' });
  const target = new Uint8Array(1);
  await disk.read(target, 0);
  expect(target[0]).toBe(1);
  await disk.write?.(Uint8Array.of(2), 1, { fua: false });
  failing(() => undefined);
  await disk.flush?.();
  const puts = store.calls.filter(isChunkPut).map(({ key }) => key.slice(key.lastIndexOf('/')));
  expect(puts).toEqual(['/1-1', '/1-1', '/1-2']);
});

test('a full store is no space, and a write that waits for room is told', async () => {
  const { disk, failing } = await volume();
  failing((call) => (isChunkPut(call) ? { kind: 'refused', code: 'full' } : undefined));
  const writes = Array.from({ length: 20 }, async (_, i) =>
    disk.write?.(new Uint8Array(CHUNK).fill(1), i * CHUNK, { fua: false }),
  );
  const outcomes = await Promise.allSettled(writes);
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatchObject({ reason: { code: 'ENOSPC' } });
});

test('writes wait while the memory for changes is full, and go on in order as uploads end', async () => {
  const { disk, failing } = await volume();
  const { until, come } = moment();
  failing((call) => (isChunkPut(call) ? { kind: 'slow', until } : undefined));
  const answered: number[] = [];
  const writes = Array.from({ length: 20 }, async (_, i) => {
    await disk.write?.(new Uint8Array(CHUNK).fill(i + 1), i * CHUNK, { fua: false });
    answered.push(i);
  });
  await new Promise(setImmediate);
  // Eight chunks are the least that there is room for.
  expect(answered).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  come();
  await Promise.all(writes);
  expect(answered).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test('answers that are lost cost another request and nothing else', async () => {
  const { store, disk, open, failing } = await volume();
  let calls = 0;
  const losing = () => {
    calls += 1;
    return calls % 2 === 1 ? ({ kind: 'lost-reply' } as const) : undefined;
  };
  failing((call) => (call.kind === 'put' ? losing() : undefined));
  for (let i = 0; i < 10; i++) await disk.write?.(Uint8Array.of(i + 1), i * CHUNK, { fua: true });
  await disk.close?.();
  failing(() => undefined);
  const again = await open(3);
  const target = new Uint8Array(10 * CHUNK);
  await again.read(target, 0);
  expect(Array.from({ length: 10 }, (_, i) => target[i * CHUNK])).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ]);
  expect([...store.objects.keys()].filter((key) => key.includes('/c/'))).toHaveLength(10);
});

test('a chunk that is gone or damaged is an error and never zeroes, and a write over all of it mends it', async () => {
  const { disk, open, failing } = await volume();
  await disk.write?.(new Uint8Array(CHUNK).fill(1), 0, { fua: true });
  await disk.close?.();
  const again = await open(3);
  for (const kind of ['missing', 'damaged'] as const) {
    failing((call) => (call.kind === 'get' && call.key.includes('/c/') ? { kind } : undefined));
    await expect(again.read(new Uint8Array(10), 0)).rejects.toMatchObject({ code: 'EIO' });
    await again.write?.(Uint8Array.of(2), 0, { fua: false });
    await expect(again.flush?.()).rejects.toMatchObject({ code: 'EIO' });
  }
  await again.write?.(new Uint8Array(CHUNK).fill(3), 0, { fua: false });
  await again.flush?.();
  const target = new Uint8Array(CHUNK);
  failing(() => undefined);
  await again.read(target, 0);
  expect(target.every((byte) => byte === 3)).toBe(true);
});

test('an object that lands late, after a takeover, is never read', async () => {
  const { store, disk, open, failing } = await volume();
  await disk.write?.(Uint8Array.of(1), 0, { fua: true });
  const { until, come } = moment();
  failing((call) => (isChunkPut(call) ? { kind: 'late', until } : undefined));
  await disk.write?.(Uint8Array.of(2), 0, { fua: false });
  await expect(disk.flush?.()).rejects.toMatchObject({ code: 'EIO' });
  failing(() => undefined);
  const surroundings = manualSurroundings(3);
  const next = await openVolume(store, { volume: 'v', probe: false, surroundings, takeOver: true });
  come();
  await new Promise(setImmediate);
  await next.close?.();
  const last = await open(4);
  const target = new Uint8Array(1);
  await last.read(target, 0);
  expect(target[0]).toBe(1);
});

test('a read that fails is answered when no part of it can be written to its target any more', async () => {
  const { disk, open, failing } = await volume();
  await disk.write?.(new Uint8Array(2 * CHUNK).fill(1), 0, { fua: true });
  await disk.close?.();
  const again = await open(3);
  const { until, come } = moment();
  failing(({ kind, key }) => {
    if (kind !== 'get') return undefined;
    return key.includes('/00000000/') ? { kind: 'missing' } : { kind: 'slow', until };
  });
  const target = new Uint8Array(2 * CHUNK);
  let refusal: unknown;
  const read = async () => {
    try {
      await again.read(target, 0);
    } catch (error) {
      refusal = error;
    }
  };
  const reading = read();
  await new Promise(setImmediate);
  expect(refusal).toBeUndefined();
  come();
  await reading;
  expect(refusal).toMatchObject({ code: 'EIO' });
});

test('all memory for changes is counted, and is free again once they are in the store', async () => {
  const { disk, open } = await volume();
  await disk.write?.(new Uint8Array(4 * CHUNK).fill(1), 0, { fua: true });
  await disk.close?.();
  const dirty: number[] = [];
  const again = await open(3, { dirty: (bytes) => dirty.push(bytes) });
  for (let i = 0; i < 4; i++) {
    await again.zero?.(i * CHUNK + 7, 100, { fua: false, mayTrim: true, fast: false });
  }
  await again.flush?.();
  expect(Math.min(...dirty)).toBe(0);
  expect(Math.max(...dirty)).toBeGreaterThanOrEqual(4 * 1024);
  expect(dirty.at(-1)).toBe(0);
});

test('zeroes that wait for room are told when there will be none', async () => {
  const { disk, failing } = await volume();
  failing((call) => (isChunkPut(call) ? { kind: 'refused', code: 'full' } : undefined));
  for (let i = 0; i < 8; i++) {
    await disk.write?.(new Uint8Array(CHUNK).fill(1), i * CHUNK, { fua: false });
  }
  await new Promise(setImmediate);
  const zeroed = disk.zero?.(0, 4 * CHUNK, { fua: false, mayTrim: true, fast: false });
  await expect(zeroed).rejects.toMatchObject({ code: 'ENOSPC' });
});

test('a new size whose answer is lost for good is none, and what is written behind it stays', async () => {
  const { store, disk, open, failing } = await volume();
  let isLost = false;
  failing(({ kind, key }) => {
    if (key !== 'v/head') return undefined;
    if (isLost) return { kind: 'refused', code: 'unreachable' };
    isLost = kind === 'put';
    return isLost ? { kind: 'lost-reply' } : undefined;
  });
  await expect(disk.resize?.(CHUNK)).rejects.toMatchObject({ code: 'EIO' });
  failing(() => undefined);
  expect((await volumeInfo(store, 'v')).size).toBe(CHUNK);
  expect(disk.size).toBe(64 * CHUNK);
  await disk.write?.(Uint8Array.of(5), 9 * CHUNK, { fua: true });
  await disk.close?.();
  const again = await open(3);
  expect(again.size).toBe(64 * CHUNK);
  const target = new Uint8Array(1);
  await again.read(target, 9 * CHUNK);
  expect(target[0]).toBe(5);
});
