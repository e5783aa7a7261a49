/** What must stay when something else goes: clones, later volumes, owners. */
import { expect, test } from 'vitest';
import {
  checkVolume,
  cloneVolume,
  createVolume,
  deleteSnapshot,
  deleteVolume,
  type ObjectStore,
  openVolume,
  snapshotVolume,
} from '../src/index.ts';
import { memoryStore, type StoreCall, type StoreFault } from '../src/testing/index.ts';
import { manualSurroundings } from './manual-surroundings.ts';
import { moment } from './moment.ts';

const CHUNK = 4096;
const surroundings = manualSurroundings();
const options = { surroundings, packedBytesMax: 0, probe: false as const };

async function volume() {
  let fault: ((call: StoreCall) => StoreFault | undefined) | undefined;
  const store = memoryStore({ faults: (call) => fault?.(call) });
  await createVolume(store, { volume: 'v', size: 4 * CHUNK, chunkBytes: CHUNK, ...options });
  const open = (name = 'v') => openVolume(store, { volume: name, ...options });
  return {
    store,
    open,
    failing: (next: typeof fault) => {
      fault = next;
    },
  };
}

async function written(store: ObjectStore, name: string, byte: number): Promise<void> {
  const disk = await openVolume(store, { volume: name, ...options });
  await disk.write?.(new Uint8Array(4 * CHUNK).fill(byte), 0, { fua: true });
  await disk.close?.();
}

test.each(['second put', 'look at what is there'])(
  'a clone that is made although its answer is lost, and the %s fails, keeps its snapshot',
  async (what) => {
    const { store, failing } = await volume();
    await written(store, 'v', 1);
    await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
    let puts = 0;
    failing(({ kind, key }) => {
      if (key !== 'w/head') return undefined;
      if (kind === 'put') puts += 1;
      if (kind === 'put' && puts === 1) return { kind: 'lost-reply' };
      const isNext = kind === (what === 'second put' ? 'put' : 'get');
      return isNext ? { kind: 'refused', code: 'unreachable' } : undefined;
    });
    const clone = { volume: 'v', snapshot: 's', clone: 'w', surroundings };
    await expect(cloneVolume(store, clone)).rejects.toMatchObject({ code: 'unreachable' });
    failing(() => undefined);
    const held = /in use: the clone w stands on it/;
    await expect(deleteSnapshot(store, { volume: 'v', snapshot: 's' })).rejects.toThrow(held);
    await expect(deleteVolume(store, { volume: 'v', surroundings })).rejects.toThrow(held);
    await written(store, 'v', 2);
    const report = await checkVolume(store, { volume: 'w' });
    expect(report).toMatchObject({ total: 4, damaged: [] });
  },
);

test('a clone that is refused leaves no pin', async () => {
  const { store } = await volume();
  await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
  await createVolume(store, { volume: 'w', size: CHUNK, ...options });
  await expect(
    cloneVolume(store, { volume: 'v', snapshot: 's', clone: 'w', surroundings }),
  ).rejects.toMatchObject({ code: 'exists' });
  await expect(deleteSnapshot(store, { volume: 'v', snapshot: 's' })).resolves.toBeUndefined();
});

test.each(['list', 'deleteMany'] as const)(
  'a deletion that stands still at its %s, and goes on when another has ended it, spares a later volume of the name',
  async (kind) => {
    const { store, failing } = await volume();
    await written(store, 'v', 1);
    const { until, come } = moment();
    failing((call) => {
      const isMeant = call.kind === kind && call.key.startsWith('v/c/');
      return isMeant ? { kind: 'slow', until } : undefined;
    });
    const first = deleteVolume(store, { volume: 'v', surroundings });
    await new Promise(setImmediate);
    failing(() => undefined);
    await deleteVolume(store, { volume: 'v', surroundings });
    expect([...store.objects.keys()]).toEqual([]);
    await createVolume(store, { volume: 'v', size: 4 * CHUNK, chunkBytes: CHUNK, ...options });
    await written(store, 'v', 2);
    come();
    await first;
    expect(await checkVolume(store, { volume: 'v' })).toMatchObject({ total: 4, damaged: [] });
  },
);

test('a volume that cannot be deleted is not taken from its owner', async () => {
  const { store, open } = await volume();
  await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
  await cloneVolume(store, { volume: 'v', snapshot: 's', clone: 'w', surroundings });
  const disk = await open();
  await disk.write?.(Uint8Array.of(1), 0, { fua: false });
  await expect(
    deleteVolume(store, { volume: 'v', takeOver: true, surroundings }),
  ).rejects.toMatchObject({ code: 'in-use' });
  await expect(disk.flush?.()).resolves.toBeUndefined();
});

test('a check finds the loss of an object that a snapshot or a clone needs, though the volume has a newer one', async () => {
  const { store, failing } = await volume();
  await written(store, 'v', 1);
  await snapshotVolume(store, { volume: 'v', snapshot: 's', surroundings });
  await cloneVolume(store, { volume: 'v', snapshot: 's', clone: 'w', surroundings });
  await written(store, 'v', 2);
  failing(({ kind, key }) =>
    kind === 'get' && key.endsWith('/00000001/1-2') ? { kind: 'missing' } : undefined,
  );
  for (const name of ['v', 'w']) {
    const report = await checkVolume(store, { volume: name });
    expect(report.damaged).toEqual([
      { key: expect.stringContaining('/00000001/1-2'), reason: 'the object is not there' },
    ]);
  }
});
