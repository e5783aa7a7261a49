/**
 * Reads in Node's thread pool alone: never on the loop, everywhere, and dearest for data that is cached.
 */
import type { FileInUse } from '../file/file-in-use.ts';
import { endOfReads } from '../system/neighbours.ts';
import { readInPool } from '../runs/pool-reads.ts';
import type { Reads } from './reads.ts';
import { settleReads } from '../runs/settle-run.ts';

export function asyncReads(file: FileInUse): Reads {
  return {
    means: 'async',
    read: (target, offset) => readInPool(file, target, offset),

    readBatch(reads) {
      for (let from = 0, end = 0; from < reads.length; from = end) {
        end = endOfReads(reads, from, reads.length);
        settleReads(file, reads, from, end, 0);
      }
    },
  };
}
