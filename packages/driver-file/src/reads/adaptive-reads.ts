/**
 * Reads in plain Node: on the loop where the page cache most likely has the bytes, else in the thread
 * pool. `HotMap` decides; this does.
 */
import { readSync, readvSync } from 'node:fs';
import type { BatchedRead } from '@nbd/driver';
import type { Clock } from '../system/clock.ts';
import type { FileInUse } from '../file/file-in-use.ts';
import { HotMap } from './hot-map.ts';
import { endOfReads } from '../system/neighbours.ts';
import { readInPool } from '../runs/pool-reads.ts';
import type { Reads } from './reads.ts';
import { settleReads } from '../runs/settle-run.ts';

/** `size` is that of the file, in bytes, when it is opened. */
export function adaptiveReads(file: FileInUse, size: number, clock: Clock): Reads {
  const map = new HotMap(size, clock());

  /** A range that the pool is reading is cached when that is done. */
  async function covering(
    answer: Promise<void> | undefined,
    offset: number,
    length: number,
  ): Promise<void> {
    await answer;
    map.cover(offset, length);
  }

  // Hot path: no allocation when the read is done on the loop.
  function read(target: Uint8Array, offset: number): Promise<void> | undefined {
    const startedAt = clock();
    if (!map.allows(offset, target.length, startedAt)) {
      return covering(readInPool(file, target, offset), offset, target.length);
    }
    const count = readNow(file, target, offset);
    map.learn(offset, target.length, startedAt, clock());
    if (count === target.length) return undefined;
    return readInPool(file, target, offset, count);
  }

  function readRun(reads: readonly BatchedRead[], from: number, end: number): void {
    const { offset } = reads[from] as BatchedRead;
    const last = reads[end - 1] as BatchedRead;
    const length = last.offset + last.target.length - offset;
    const startedAt = clock();
    if (map.allows(offset, length, startedAt)) {
      const count = readRunNow(file, reads, from, end);
      map.learn(offset, length, startedAt, clock());
      settleReads(file, reads, from, end, count);
      return;
    }
    settleReads(file, reads, from, end, 0);
    last.answer = covering(last.answer, offset, length);
  }

  return {
    means: 'adaptive',
    read,

    readBatch(reads) {
      for (let from = 0, end = 0; from < reads.length; from = end) {
        end = endOfReads(reads, from, reads.length);
        if (end - from > 1) {
          readRun(reads, from, end);
        } else {
          const { target, offset } = reads[from] as BatchedRead;
          (reads[from] as BatchedRead).answer = read(target, offset);
        }
      }
    },

    written: (offset, length) => {
      map.cover(offset, length);
    },
  };
}

/** Bytes read; 0 also for an error, which the pool will find again and report. */
function readNow(file: FileInUse, target: Uint8Array, offset: number): number {
  try {
    return readSync(file.fd, target, 0, target.length, offset);
  } catch {
    return 0;
  }
}

/** The same for neighbours. */
function readRunNow(
  file: FileInUse,
  reads: readonly BatchedRead[],
  from: number,
  end: number,
): number {
  const targets = reads.slice(from, end).map(({ target }) => target);
  const { offset } = reads[from] as BatchedRead;
  try {
    return readvSync(file.fd, targets, offset);
  } catch {
    return 0;
  }
}
