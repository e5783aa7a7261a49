/** One of those that are measured side by side. */
import type { Disk } from './disk.ts';

export interface Contender {
  readonly name: ContenderName;
  /** What it is made of, in a few words. */
  readonly setup: string;
  /** What was flushed survives the end of its machine. */
  readonly isDurable: boolean;
  /** How reads and writes in order are asked for. */
  readonly inOrder: { readonly bytes: number; readonly depth: number };
  /** Makes its volume, of `BENCH_BYTES`. Once, before all `open`. */
  create(): Promise<void>;
  /** Writes what is read later; absent where that is done as well through its disk. */
  fill?(): Promise<void>;
  /** Starts it with nothing in its caches. */
  open(): Promise<Disk>;
}

export type ContenderName = 'ours' | 'nbdkit S3' | 'raw client' | 'RBD' | 's3backer';

/** A part of a volume, in bytes. */
export interface Area {
  readonly start: number;
  readonly bytes: number;
}

/** What loads read and write at random. */
export const MEASURED: Area = { start: 0, bytes: 192 * 2 ** 20 };

/**
 * What a load is carried on before it is measured, and more than ours keeps in memory. A server that is started for a load
 * has compiled what it needs when it has gone through this two or three times, as the raw client has long since.
 */
export const WARM_UP: Area = { start: MEASURED.bytes, bytes: 448 * 2 ** 20 };

/** Written before the rounds, from the beginning of the volume. */
export const FILLED_BYTES: number = MEASURED.bytes + WARM_UP.bytes;

/** What a round writes in order, each of them behind the one before, and so much again to warm up on. */
export const ROUND_BYTES: number = 128 * 2 ** 20;

/** As many rounds as the disks of the cluster have room for. */
export const ROUNDS_MAX = 4;

/** Of a volume. Each round has a place to write to, and so has the count of requests. */
export const BENCH_BYTES: number = FILLED_BYTES + (ROUNDS_MAX + 1) * 2 * ROUND_BYTES;
