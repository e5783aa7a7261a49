/**
 * Reads in plain Node: on the loop where the page cache most likely has the bytes, else in the thread
 * pool. `HotMap` decides; this does.
 */
import { readSync } from 'node:fs';
import { readInPool } from './async-reads.ts';
import type { Clock } from './clock.ts';
import type { FileInUse } from './file-in-use.ts';
import { HotMap } from './hot-map.ts';
import type { Reads } from './reads.ts';

/** `size` is that of the file, in bytes, when it is opened. */
export function adaptiveReads(file: FileInUse, size: number, clock: Clock): Reads {
  const map = new HotMap(size, clock());

  async function readCold(target: Uint8Array, offset: number): Promise<void> {
    await readInPool(file, target, offset);
    map.cover(offset, target.length);
  }

  return {
    means: 'adaptive',

    // Hot path: no allocation when the read is done on the loop.
    read(target, offset) {
      const startedAt = clock();
      if (!map.allows(offset, target.length, startedAt)) return readCold(target, offset);
      const count = readNow(file, target, offset);
      map.learn(offset, target.length, startedAt, clock());
      if (count === target.length) return undefined;
      return readInPool(file, target, offset, count);
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
