import type { Awaitable, Driver } from '@nbd/driver';

/** What the suite is told about a driver: how to make one, and what it does not promise. */
export interface DriverConformanceOptions {
  /** Opens a new disk of exactly `size` bytes, whose bytes are those of `content`. Called some hundred times. */
  create(disk: { readonly size: number }): Awaitable<Driver>;

  /** Removes what `create` left behind. Called for each disk, after its `close`, also when a check failed. */
  dispose?(driver: Driver): Awaitable<void>;

  /**
   * Bytes: sizes of disk that `create` can make, at least one of which takes a request of the minimum
   * block size. Absent: 0, 1, 512, 4096 and 202,893.
   */
  readonly sizes?: readonly number[];

  /** The byte at `offset` of a new disk, 0 to 255. Absent: zeroes. */
  content?(offset: number): number;

  /** False: the disk is read-only, and must say so. Absent: it must accept writes. */
  readonly writable?: false;

  /** True: changes are accepted and lost, so that every read answers `content`. */
  readonly forgetful?: true;

  /** How many sequences of calls each property tries. Absent: 50. */
  readonly runs?: number;
}

const SIZES: readonly number[] = [0, 1, 512, 4096, 202_893];

/** The sizes of disk to test, in bytes. */
export function sizesOf({ sizes = SIZES }: DriverConformanceOptions): readonly number[] {
  return sizes;
}
