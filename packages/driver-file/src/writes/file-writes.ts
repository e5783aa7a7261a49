/**
 * Writes: into the page cache at once where that is quick, else through the thread pool. Neighbours of a
 * batch are one system call.
 */
import type { BatchedWrite } from '@nbd/driver';
import type { Clock } from '../system/clock.ts';
import type { FileInUse } from '../file/file-in-use.ts';
import { endOfWrites } from '../system/neighbours.ts';
import { writeInPool } from '../runs/pool-writes.ts';
import { settleWrites } from '../runs/settle-run.ts';
import type { WritesNow } from './writes-now.ts';
import { WriteGuard } from './write-guard.ts';

/** The functions are `write` and `writeBatch` of `Driver`, for a range that is there. */
export interface FileWrites {
  readonly write: (source: Uint8Array, offset: number) => Promise<void> | undefined;
  readonly writeBatch: (writes: readonly BatchedWrite[]) => void;
}

/** Writes that never touch the loop. A source must stay as it is until the promise settles. */
export function asyncWrites(file: FileInUse): FileWrites {
  return {
    write: (source, offset) => writeInPool(file, source, offset),

    writeBatch(writes) {
      for (let from = 0, end = 0; from < writes.length; from = end) {
        end = endOfWrites(writes, from, writes.length);
        settleWrites(file, writes, from, end, 0, (source) => source);
      }
    },
  };
}

/**
 * Writes on the loop, but for the times when the kernel makes writers wait. A source has been taken
 * (written or copied) when the call returns.
 */
export function guardedWrites(file: FileInUse, now: WritesNow, clock: Clock): FileWrites {
  const guard = new WriteGuard();
  return {
    // Hot path: no allocation when the write is done on the loop.
    write(source, offset) {
      const startedAt = clock();
      if (!guard.allows(startedAt)) return writeInPool(file, copyOf(source), offset);
      const count = Math.max(now.write(source, offset), 0);
      guard.learn(count, startedAt, clock());
      if (count === source.length) return undefined;
      return writeInPool(file, copyOf(source), offset, count);
    },

    // Hot path too.
    writeBatch(writes) {
      let startedAt = clock();
      for (let from = 0, end = 0; from < writes.length; from = end) {
        end = endOfWrites(writes, from, writes.length);
        let count = 0;
        if (guard.allows(startedAt)) {
          count = Math.max(now.writeRun(writes, from, end), 0);
          const endedAt = clock();
          guard.learn(count, startedAt, endedAt);
          startedAt = endedAt;
        }
        settleWrites(file, writes, from, end, count, copyOf);
      }
    },
  };
}

/** The `slice` of a source that is a `Buffer` would be no copy. */
export function copyOf(source: Uint8Array): Uint8Array {
  return new Uint8Array(source);
}
