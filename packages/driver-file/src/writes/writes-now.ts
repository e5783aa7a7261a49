/**
 * Writes on the loop: by system calls where they are to be had, as Node adds to the price of each, else by Node.
 */
import { writeSync, writevSync } from 'node:fs';
import type { BatchedWrite } from '@nbd/driver';
import type { FileInUse } from '../file/file-in-use.ts';
import type { SystemCalls } from '../system/system-calls.ts';

/** How many bytes are written. 0 or less also for an error, which the pool will find again and report. */
export interface WritesNow {
  write(source: Uint8Array, offset: number): number;
  /** Writes neighbours, those from `from` to `end`, at most `RUN_MAX`, in one call. */
  writeRun(writes: readonly BatchedWrite[], from: number, end: number): number;
}

/** Hot path. */
export function writesNow(file: FileInUse, calls: SystemCalls | undefined): WritesNow {
  if (calls === undefined) return writesByNode(file);
  return {
    write: (source, offset) => calls.write(file.fd, source, offset),

    writeRun(writes, from, end) {
      for (let i = from; i < end; i++) {
        calls.vectors.set(i - from, (writes[i] as BatchedWrite).source);
      }
      return calls.writeRun(file.fd, end - from, (writes[from] as BatchedWrite).offset);
    },
  };
}

function writesByNode(file: FileInUse): WritesNow {
  const attempt = (call: (fd: number) => number): number => {
    try {
      return call(file.fd);
    } catch {
      return 0;
    }
  };
  return {
    write: (source, offset) => attempt((fd) => writeSync(fd, source, 0, source.length, offset)),
    writeRun(writes, from, end) {
      const sources = writes.slice(from, end).map(({ source }) => source);
      const { offset } = writes[from] as BatchedWrite;
      return attempt((fd) => writevSync(fd, sources, offset));
    },
  };
}
