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

/** Written before the rounds, from the beginning of the volume. */
export const FILLED_BYTES: number = 256 * 2 ** 20;

/** A part of a volume, in bytes. */
export interface Area {
  readonly start: number;
  readonly bytes: number;
}

/** What loads read and write at random: most of what was filled. */
export const MEASURED: Area = { start: 0, bytes: 192 * 2 ** 20 };

/** The rest of it, on which a load is carried before it is measured. */
export const WARM_UP: Area = { start: MEASURED.bytes, bytes: FILLED_BYTES - MEASURED.bytes };

/** What a round writes in order, each of them behind the one before. */
export const ROUND_BYTES: number = 128 * 2 ** 20;

/** Of a volume. */
export const BENCH_BYTES: number = 2 ** 30;

/** As many rounds as the disks have room for. Each has a place to write to, and so has the count of requests. */
export const ROUNDS_MAX = 4;
