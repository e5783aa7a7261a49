/**
 * A thread that changes a disk which others change too, and checks what it reads.
 *
 * The disk is divided into blocks, in turn one for each thread. A thread changes its own blocks only, so it knows
 * what they hold; and it writes bytes of its own kind only, so a block of another holds zeroes and bytes of that
 * kind, whatever happens to it just then.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Driver } from '@nbd/driver';
import { type SharedMemory, sharedMemoryDriver } from '../src/index.ts';

export interface Task {
  readonly memory: SharedMemory;
  readonly seed: number;
  /** Which of how many threads this is. */
  readonly thread: number;
  readonly threads: number;
  readonly steps: number;
  /** The part of the disk to work on, bytes from its start. */
  readonly range: number;
  readonly blockBytes: number;
}

/** The remainder of the bytes that a thread writes; 0 is nobody's. */
export function kindOf(thread: number): number {
  return thread + 1;
}

/** So many kinds there are. */
export const KINDS = 8;

/** Not every byte of a block is looked at. */
const LOOK_STEP = 61;

if (parentPort !== null) parentPort.postMessage(scribble(workerData as Task));

/** Answers the byte that each block of this thread holds at the end. */
function scribble(task: Task): Uint8Array {
  const { memory, seed, thread, threads, steps, range, blockBytes } = task;
  const disk = sharedMemoryDriver(memory);
  const random = numbersFrom(seed);
  const held = new Uint8Array(Math.floor(range / blockBytes / threads));
  const target = new Uint8Array(blockBytes);
  for (let step = 0; step < steps; step++) {
    const owner = random(threads);
    const block = random(held.length);
    const offset = (block * threads + owner) * blockBytes;
    void disk.read(target, offset);
    for (let at = 0; at < blockBytes; at += LOOK_STEP) {
      const byte = target[at] as number;
      const isGood =
        owner === thread ? byte === held[block] : byte === 0 || byte % KINDS === kindOf(owner);
      if (!isGood) throw new Error(`${thread}: found ${byte} in block ${block} of ${owner}`);
    }
    if (owner === thread) held[block] = change(disk, offset, kindOf(thread), target, random);
  }
  void disk.close?.();
  return held;
}

/** Answers the byte that the block then holds. */
function change(
  disk: Driver,
  offset: number,
  kind: number,
  scratch: Uint8Array,
  random: (end: number) => number,
): number {
  switch (random(6)) {
    case 0:
    case 1:
      void disk.trim?.(offset, scratch.length, { fua: false });
      return 0;
    case 2: {
      const mayTrim = random(2) === 0;
      void disk.zero?.(offset, scratch.length, { fua: false, mayTrim, fast: false });
      return 0;
    }
    default: {
      const byte = random(256 / KINDS) * KINDS + kind;
      void disk.write?.(scratch.fill(byte), offset, { fua: false });
      return byte;
    }
  }
}

/** Numbers from 0 up to, not including, `end`: the same for the same seed. */
function numbersFrom(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}
