/**
 * The one small interface behind which the means of reading stand.
 */
import type { Awaitable, BatchedRead } from '@nbd/driver';

/** A means of reading, as `io` names it. */
export type Means = 'uring' | 'nowait' | 'adaptive' | 'async';

/** One file, read by one means. The functions are `read` and `readBatch` of `Driver`. */
export interface Reads {
  readonly means: Means;
  readonly read: (target: Uint8Array, offset: number) => Awaitable<void>;
  /** Only where reads are cheaper together. */
  readonly readBatch?: (reads: readonly BatchedRead[]) => void;
  /** Told of each write, where a means learns from it that the range is cached. */
  readonly written?: (offset: number, length: number) => void;
}
