/**
 * Reads that answer at once when the page cache has the bytes, and go to the thread pool when it has
 * not: `preadv2` with RWF_NOWAIT. Nothing is guessed, and the loop never waits for the disk.
 */
import type { BatchedRead } from '@nbd/driver';
import type { FileInUse } from '../file/file-in-use.ts';
import { endOfReads } from '../system/neighbours.ts';
import { readInPool } from '../runs/pool-reads.ts';
import type { Reads } from './reads.ts';
import { settleReads } from '../runs/settle-run.ts';
import { EAGAIN } from '../system/system-calls.ts';
import type { SystemCalls } from '../system/system-calls.ts';

export function nowaitReads(file: FileInUse, calls: SystemCalls): Reads {
  return {
    means: 'nowait',

    // Hot path: no allocation when the bytes are cached.
    read(target, offset) {
      const count = calls.readNoWait(file.fd, target, offset);
      if (count === target.length) return undefined;
      return readInPool(file, target, offset, Math.max(count, 0));
    },

    readBatch(reads) {
      for (let from = 0, end = 0; from < reads.length; from = end) {
        end = endOfReads(reads, from, reads.length);
        readRunNoWait(file, calls, reads, from, end);
      }
    },
  };
}

/** Reads neighbours in one call; what that did not read goes to the pool. */
export function readRunNoWait(
  file: FileInUse,
  calls: SystemCalls,
  reads: readonly BatchedRead[],
  from: number,
  end: number,
): void {
  const { vectors } = calls;
  let length = 0;
  for (let i = from; i < end; i++) {
    const { target } = reads[i] as BatchedRead;
    vectors.set(i - from, target);
    length += target.length;
  }
  const count = calls.readRunNoWait(file.fd, end - from, (reads[from] as BatchedRead).offset);
  if (count !== length) settleReads(file, reads, from, end, count);
}

/** Whether the file system of an open file knows reads that do not wait; some refuse the flag. */
export function knowsNoWait(fd: number, calls: SystemCalls): boolean {
  const result = calls.readNoWait(fd, new Uint8Array(1), 0);
  return result >= 0 || result === -EAGAIN;
}
