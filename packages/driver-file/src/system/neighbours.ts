/**
 * Requests of one batch that continue each other on the disk: one system call does for all of them.
 *
 * Hot path: a request that has no neighbour costs one comparison.
 */
import type { BatchedRead, BatchedWrite } from '@nbd/driver';

/** A run has no more members than this. */
export const RUN_MAX = 64;

/** Where the run ends that begins with the read at `from`; before `end`, which is after `from`. */
export function endOfReads(reads: readonly BatchedRead[], from: number, end: number): number {
  const last = Math.min(end, from + RUN_MAX);
  let { offset, target } = reads[from] as BatchedRead;
  let next = from + 1;
  for (; next < last; next++) {
    const read = reads[next] as BatchedRead;
    if (read.offset !== offset + target.length) break;
    ({ offset, target } = read);
  }
  return next;
}

/** The same for writes. */
export function endOfWrites(writes: readonly BatchedWrite[], from: number, end: number): number {
  const last = Math.min(end, from + RUN_MAX);
  let { offset, source } = writes[from] as BatchedWrite;
  let next = from + 1;
  for (; next < last; next++) {
    const write = writes[next] as BatchedWrite;
    if (write.offset !== offset + source.length) break;
    ({ offset, source } = write);
  }
  return next;
}
