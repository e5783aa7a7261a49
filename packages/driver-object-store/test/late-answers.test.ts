/** Histories that are too rare to be drawn, told one by one. */
import { expect, test } from 'vitest';
import { createVolume, type ObjectStore, openVolume } from '../src/index.ts';
import { memoryStore, type StoreCall, type StoreFault } from '../src/testing/index.ts';
import { manualSurroundings } from './manual-surroundings.ts';
import { moment } from './moment.ts';
import { run } from './simulation/history.ts';

const CHUNK = 4096;

async function volume() {
  let fault: ((call: StoreCall) => StoreFault | undefined) | undefined;
  const store = memoryStore({ faults: (call) => fault?.(call) });
  const surroundings = manualSurroundings();
  await createVolume(store, { volume: 'v', size: 8 * CHUNK, chunkBytes: CHUNK, surroundings });
  let seed = 10;
  return {
    store,
    open: (through: ObjectStore = store, time = manualSurroundings((seed += 1))) =>
      openVolume(through, {
        volume: 'v',
        cacheBytes: 0,
        packedBytesMax: 0,
        surroundings: time,
        probe: false,
        takeOver: true,
        lease: 9000,
      }),
    failing: (next: typeof fault) => {
      fault = next;
    },
  };
}

function filled(byte: number): Uint8Array {
  return new Uint8Array(CHUNK).fill(byte);
}

test('a put that was repeated, and lands after its object was deleted, does not bring trimmed data back', async () => {
  const { open, failing } = await volume();
  const { until, come } = moment();
  let puts = 0;
  failing(({ kind, key }) => {
    if (kind !== 'put' || !key.includes('/00000001/')) return undefined;
    puts += 1;
    return puts === 1 ? { kind: 'late', until } : undefined;
  });
  const first = await open();
  await first.write?.(filled(7), 0, { fua: true }); // keeps the first generation alive
  await first.write?.(filled(1), CHUNK, { fua: true });
  await first.close?.();
  const second = await open();
  await second.trim?.(CHUNK, CHUNK, { fua: true });
  await second.close?.();
  for (let openings = 0; openings < 3; openings++) await (await open()).close?.();
  come();
  await new Promise(setImmediate);
  const last = await open();
  const target = filled(9);
  await last.read(target, CHUNK);
  expect(target.every((byte) => byte === 0)).toBe(true);
});

test('a lease is counted from when its renewal began, not from when it was answered', async () => {
  const { store, open } = await volume();
  const time = manualSurroundings(3);
  const { until, come } = moment();
  let isSlow = false;
  const slow: ObjectStore = {
    ...store,
    async put(key, parts, options) {
      const answer = await store.put(key, parts, options);
      if (isSlow) await until;
      return answer;
    },
  };
  const disk = await open(slow, time);
  isSlow = true;
  await time.tick(3000); // the renewal begins, and takes effect
  await time.tick(9001);
  come();
  isSlow = false;
  await time.tick(0);
  const before = store.calls.length;
  await disk.read(new Uint8Array(1), 0);
  expect(store.calls.length).toBeGreaterThan(before);
});

test('an owner that is deposed while it lists deletes nothing of its successor', async () => {
  const { store, open, failing } = await volume();
  const { until, come } = moment();
  failing(({ kind }) => (kind === 'list' ? { kind: 'slow', until } : undefined));
  const time = manualSurroundings(3);
  const opening = open(store, time);
  await new Promise(setImmediate);
  failing(() => undefined);
  const second = await open();
  await second.write?.(filled(1), 0, { fua: true });
  come();
  await opening;
  await time.tick(20_000);
  const target = filled(0);
  await second.read(target, 0);
  expect(target.every((byte) => byte === 1)).toBe(true);
});

test.each(['before the upload', 'during the upload', 'before it is written over'])(
  'a read that waits for a chunk, begun %s, has what was written before',
  async (begun) => {
    const { open, failing } = await volume();
    const first = await open();
    await first.write?.(filled(1), 0, { fua: true });
    await first.close?.();
    const disk = await open();
    const { until, come } = moment();
    failing(({ kind }) => (kind === 'get' ? { kind: 'slow', until } : undefined));
    await disk.write?.(Uint8Array.of(2, 2), 10, { fua: false });
    const target = new Uint8Array(4);
    const early = begun === 'during the upload' ? disk.flush?.() : undefined;
    const read = disk.read(target, 9);
    if (begun === 'before it is written over') {
      await disk.write?.(filled(3), 0, { fua: false });
    }
    const flushed = disk.flush?.();
    come();
    await Promise.all([read, early, flushed]);
    expect([...target]).toEqual([1, 2, 2, 1]);
  },
);

test('a FUA write whose bytes go with the upload of an earlier one that had failed is committed too', async () => {
  await expect(
    run([
      { kind: 'open', host: 0, takeOver: true },
      { kind: 'deliver', choices: Array.from({ length: 10 }, () => 0) },
      { kind: 'write', host: 0, sector: 10, count: 2, fua: true },
      { kind: 'delay', choice: 0 },
      { kind: 'deliver', choices: [0] },
      { kind: 'delay', choice: 0 },
      { kind: 'write', host: 0, sector: 2, count: 1, fua: false },
      { kind: 'write', host: 0, sector: 6, count: 4, fua: false },
      { kind: 'write', host: 0, sector: 11, count: 2, fua: true },
    ]),
  ).resolves.toBeUndefined();
});
