/** How long a flush tries when the store says nothing any more, whose calls take a minute each: clients wait longer. */
import type { DriverError } from '@nbd/driver';
import { expect, test } from 'vitest';
import { createVolume, type ObjectStore, openVolume, StoreError } from '../src/index.ts';
import { memoryStore } from '../src/testing/index.ts';
import { manualSurroundings } from './manual-surroundings.ts';

const CHUNK = 4096;
const CALL_MILLIS = 60_000;

/** A volume whose store falls silent when it is told to. */
async function volume({ packedBytesMax = 0 } = {}) {
  const store = memoryStore();
  const surroundings = manualSurroundings();
  const options = { volume: 'v', probe: false, surroundings } as const;
  await createVolume(store, { ...options, size: 8 * CHUNK, chunkBytes: CHUNK });
  /** Part of the keys of which nothing is said any more. */
  let silent: string | undefined;
  const unless = async <Answer>(
    key: string,
    code: 'ambiguous' | 'unreachable',
    ask: () => Promise<Answer>,
  ) => {
    if (silent === undefined || !key.includes(silent)) return ask();
    await new Promise<void>((resolve) => surroundings.clock.after(CALL_MILLIS, resolve));
    throw new StoreError(code, 'no answer in 60 s');
  };
  const fragile: ObjectStore = {
    ...store,
    get: (key, get) => unless(key, 'unreachable', () => store.get(key, get)),
    put: (key, parts, put) => unless(key, 'ambiguous', () => store.put(key, parts, put)),
  };
  const disk = await openVolume(fragile, { ...options, packedBytesMax, carriedBytesMax: 0 });
  const outcomes: string[] = [];
  const noteFlush = async () => {
    const began = surroundings.clock.now();
    try {
      await disk.flush?.();
      outcomes.push('answered');
    } catch (error) {
      const seconds = (surroundings.clock.now() - began) / 1000;
      outcomes.push(`${(error as DriverError).code} after ${seconds} s`);
    }
  };
  return {
    disk,
    /** What becomes of a flush in ten minutes. */
    flushed: async () => {
      void noteFlush();
      for (let seconds = 0; outcomes.length === 0 && seconds < 600; seconds++) {
        await surroundings.tick(1000);
      }
      return outcomes[0];
    },
    tick: (millis: number) => surroundings.tick(millis),
    fallSilent: (about = '') => {
      silent = about;
    },
  };
}

test('a flush is refused after two minutes', async () => {
  const { disk, flushed, fallSilent } = await volume();
  await disk.write?.(Uint8Array.of(1), 0, { fua: false });
  fallSilent();
  expect(await flushed()).toBe('EIO after 120 s');
});

test('a flush behind an upload that fails first is refused after four minutes', async () => {
  const { disk, flushed, fallSilent, tick } = await volume();
  await disk.write?.(Uint8Array.of(1), 0, { fua: false });
  fallSilent('/c/');
  await tick(5000); // it is uploaded though nobody asks
  await disk.write?.(Uint8Array.of(2), 0, { fua: false });
  expect(await flushed()).toBe('EIO after 240 s');
});

test('a flush behind a pack that fails first is refused with it', async () => {
  const { disk, flushed, fallSilent, tick } = await volume({ packedBytesMax: CHUNK });
  await disk.write?.(Uint8Array.of(1), 0, { fua: false });
  fallSilent('/c/');
  await tick(5000); // it is packed though nobody asks
  await disk.write?.(Uint8Array.of(2), 0, { fua: false });
  expect(await flushed()).toBe('EIO after 120 s');
});

test('a flush behind a renewal of the lease that fails first is refused after four minutes', async () => {
  const { disk, flushed, fallSilent, tick } = await volume();
  fallSilent('/head');
  await tick(5000);
  await disk.write?.(Uint8Array.of(1), 0, { fua: false });
  expect(await flushed()).toBe('EIO after 240 s');
});
