/**
 * Exports for tests of workers. The last byte of the disk "disk" is the number of the thread that reads it.
 */
import { once } from 'node:events';
import { type Driver, DriverError, type ExportSource, exportTable } from '@nbd/driver';
import { type SharedMemory, sharedMemoryDriver } from '@nbd/driver-memory';
import type { WorkerContext } from '../../src/index.ts';

export interface TestData {
  readonly memory: SharedMemory;
  readonly state: SharedArrayBuffer;
  /** What goes wrong, and in which thread. */
  readonly fault?: { readonly kind: 'open' | 'close' | 'die'; readonly worker: number };
  /** The thread that does not get to an end with opening until it is given up. Absent: all do. */
  readonly hangsIn?: number;
}

/** Places in the state, which is words of 32 bits. */
export const State = {
  /** Calls of "held" and "blocking", and openings beside a worker that dies, that wait until the gate is open. */
  HELD: 0,
  GATE: 1,
  /** How many threads have closed their exports, and which was the last. */
  CLOSED: 2,
  LAST_CLOSED: 3,
} as const;

export const STATE_BYTES = 16;

export async function openExports(
  { memory, state, fault, hangsIn }: TestData,
  { index, log, signal }: WorkerContext,
): Promise<ExportSource> {
  const words = new Int32Array(state);
  const fails = (kind: string) => fault?.kind === kind && fault.worker === index;
  if (fails('open')) throw new DriverError('EIO', 'the disk is at home');
  if (hangsIn === index) await givenUp(words, signal);
  if (fails('die')) void dieOnceHeld(words);
  else if (fault?.kind === 'die') await held(words);
  log.debug({ index }, 'exports are open');
  const disk = sharedMemoryDriver(memory);
  const table = exportTable({
    disk: telling(disk, index),
    held: holding(disk, words),
    blocking: blocking(words),
    mortal,
  });
  return {
    list: () => table.list(),
    open: (name) => table.open(name),
    async close() {
      await table.close();
      Atomics.add(words, State.CLOSED, 1);
      Atomics.store(words, State.LAST_CLOSED, index);
      if (fails('close')) throw new Error('the disk stays open');
    },
  };
}

function telling(disk: Driver, index: number): Driver {
  return {
    get size() {
      return disk.size + 1;
    },
    read(target, offset) {
      if (offset === disk.size) target.fill(index);
      else void disk.read(target, offset);
    },
    write: (source, offset, options) => disk.write?.(source, offset, options),
    resize: (size) => disk.resize?.(size - 1),
  };
}

function holding(disk: Driver, words: Int32Array): Driver {
  return {
    size: disk.size,
    read: (target, offset) => disk.read(target, offset),
    async write(source, offset, options) {
      await held(words);
      await disk.write?.(source, offset, options);
    },
  };
}

/** Waits until the gate is open. */
async function held(words: Int32Array): Promise<void> {
  Atomics.add(words, State.HELD, 1);
  while (Atomics.load(words, State.GATE) === 0) await new Promise(setImmediate);
}

/** Says that it waits. When the start is given up, it closes what it has, which is nothing, and says so. */
async function givenUp(words: Int32Array, signal: AbortSignal): Promise<void> {
  Atomics.add(words, State.HELD, 1);
  if (!signal.aborted) await once(signal, 'abort');
  Atomics.add(words, State.CLOSED, 1);
  throw new Error('a disk is not open yet');
}

/** Ends this thread when another one is held. */
async function dieOnceHeld(words: Int32Array): Promise<void> {
  while (Atomics.load(words, State.HELD) === 0) await new Promise(setImmediate);
  setImmediate(() => {
    throw new Error('nobody catches this');
  });
}

/** Whoever reads from it holds up the whole thread. */
function blocking(words: Int32Array): Driver {
  return {
    size: 512,
    read() {
      Atomics.add(words, State.HELD, 1);
      Atomics.wait(words, State.GATE, 0);
    },
  };
}

/** Whoever reads from it ends the thread. */
const mortal: Driver = {
  size: 1,
  async read() {
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
    await new Promise(() => undefined);
  },
};
