/** One disk in several threads, which all change it at a time. */
import { once } from 'node:events';
import type { Driver, Extent } from '@nbd/driver';
import { expect, test } from 'vitest';
import { sharedMemory, sharedMemoryDriver } from '../src/index.ts';
import { KINDS, type Task } from './scribbler.ts';
import { startThread } from './typescript-thread.ts';

const PAGE_BYTES = 0x1_0000;
const SIZE = 24 * PAGE_BYTES;
const GROWTH = 10 * PAGE_BYTES;
const THREADS = 3;
const STEPS = 2000;

/** Resolves with the byte that each block of the thread holds at its end. */
async function run(task: Task): Promise<Uint8Array> {
  const [held] = (await once(startThread('scribbler.ts', task), 'message')) as [Uint8Array];
  return held;
}

/** Makes pages come and go behind those that the others work on, so that memory changes hands, until the end. */
async function growAndShrink(disk: Driver, end: AbortSignal): Promise<void> {
  const rubbish = new Uint8Array(GROWTH).fill(KINDS);
  while (!end.aborted) {
    void disk.resize?.(SIZE + GROWTH);
    void disk.write?.(rubbish, SIZE, { fua: false });
    void disk.resize?.(SIZE);
    await new Promise(setImmediate);
  }
}

test.each([
  ['parts of pages', 4096],
  ['whole pages', PAGE_BYTES],
])(
  'threads that change %s at a time see nothing of each other, and all see the outcome',
  async (_, blockBytes) => {
    const memory = sharedMemory({ size: SIZE });
    const disk = sharedMemoryDriver(memory);
    const shares = Promise.all(
      Array.from({ length: THREADS }, (_unused, thread) =>
        run({
          memory,
          seed: thread,
          thread,
          threads: THREADS,
          steps: STEPS,
          range: SIZE,
          blockBytes,
        }),
      ),
    );
    const end = new AbortController();
    const [held] = await Promise.all([
      shares.finally(() => end.abort()),
      growAndShrink(disk, end.signal),
    ]);

    const target = new Uint8Array(SIZE);
    void disk.read(target, 0);
    for (let block = 0; block < SIZE / blockBytes; block++) {
      const expected = held[block % THREADS]?.[Math.floor(block / THREADS)];
      const found = new Set(target.subarray(block * blockBytes, (block + 1) * blockBytes));
      expect([...found], `block ${block}`).toEqual([expected]);
    }
    let offset = 0;
    for (const { length, zero } of (disk.extents?.(0, SIZE) ?? []) as Iterable<Extent>) {
      const part = target.subarray(offset, offset + length);
      expect(zero && part.some((byte) => byte !== 0), `map at ${offset}`).toBe(false);
      offset += length;
    }
    expect(offset).toBe(SIZE);
  },
);
