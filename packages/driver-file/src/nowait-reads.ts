/**
 * Reads that answer at once when the page cache has the bytes, and go to the thread pool when it has
 * not: `preadv2` with RWF_NOWAIT. Nothing is guessed, and the loop never waits for the disk.
 */
import { readInPool } from './async-reads.ts';
import type { FileInUse } from './file-in-use.ts';
import type { Reads } from './reads.ts';
import { EAGAIN } from './system-calls.ts';
import type { SystemCalls } from './system-calls.ts';

export function nowaitReads(file: FileInUse, calls: SystemCalls): Reads {
  return {
    means: 'nowait',

    // Hot path: no allocation when the bytes are cached.
    read(target, offset) {
      const count = calls.readNoWait(file.fd, target, offset);
      if (count === target.length) return undefined;
      return readInPool(file, target, offset, Math.max(count, 0));
    },
  };
}

/** Whether the file system of an open file knows reads that do not wait; some refuse the flag. */
export function knowsNoWait(fd: number, calls: SystemCalls): boolean {
  const result = calls.readNoWait(fd, new Uint8Array(1), 0);
  return result >= 0 || result === -EAGAIN;
}
