/**
 * What changes a file, in turn with what resizes it, and what makes the changes last.
 */
import { fdatasync } from 'node:fs';
import { promisify } from 'node:util';
import type { Driver } from '@nbd/driver';
import type { DiskSize } from './disk-size.ts';
import type { Environment } from './environment.ts';
import type { FileInUse } from './file-in-use.ts';
import { asyncWrites, guardedWrites } from './file-writes.ts';
import { sharedFlushes } from './flushes.ts';
import { rangeCalls } from './range-calls.ts';
import { rangeChanges } from './range-changes.ts';
import type { Reads } from './reads.ts';

/** The part of `Driver` that a disk has only when it may be changed. */
export type FileChanges = Pick<Driver, 'write' | 'flush' | 'trim' | 'zero'>;

/** `identity` is the same for all disks of one file. */
export function fileChanges(
  file: FileInUse,
  identity: string,
  size: DiskSize,
  reads: Reads,
  environment: Environment,
  notice: (text: string) => void,
): FileChanges {
  const writeNow =
    reads.means === 'async' ? asyncWrites(file) : guardedWrites(file, environment.clock);
  const calls = rangeCalls(file, environment);
  if (calls.discard === undefined) {
    notice(`${file.path}: no trim: that needs an optional package, fs-native-extensions or koffi`);
  }
  const ranges = rangeChanges(file, calls, notice);
  const sync = () => file.use((fd) => promisify(fdatasync)(fd));
  const flushes = sharedFlushes(identity, file.path, sync);
  file.whenClosed(() => flushes.leave());

  return {
    // Hot path: no allocation when the write is done on the loop.
    write(source, offset) {
      if (size.shrinking) {
        const copy = source.slice();
        return size.change(offset, copy.length, () => writeNow(copy, offset));
      }
      size.check(offset, source.length);
      const answer = writeNow(source, offset);
      if (answer !== undefined) return size.track(answer);
      // The page cache has the bytes only when the write is over.
      reads.written?.(offset, source.length);
      return undefined;
    },
    flush: () => flushes.flush(),
    ...(ranges.trim && {
      trim: (offset, length) => size.change(offset, length, () => ranges.trim?.(offset, length)),
    }),
    ...(ranges.zero && {
      zero: (offset, length, options) =>
        size.change(offset, length, () => ranges.zero?.(offset, length, options)),
    }),
  };
}
