/**
 * What changes a file, in turn with what resizes it, and what makes the changes last.
 */
import { fdatasync } from 'node:fs';
import { promisify } from 'node:util';
import type { BatchedWrite, Driver } from '@nbd/driver';
import type { DiskSize } from '../file/disk-size.ts';
import type { Environment } from '../system/environment.ts';
import type { FileInUse } from '../file/file-in-use.ts';
import { asyncWrites, copyOf, guardedWrites } from './file-writes.ts';
import { sharedFlushes } from './flushes.ts';
import { rangeCalls } from './range-calls.ts';
import { rangeChanges } from './range-changes.ts';
import type { Reads } from '../reads/reads.ts';
import { writesNow } from './writes-now.ts';

/** The part of `Driver` that a disk has only when it may be changed. */
export type FileChanges = Pick<Driver, 'write' | 'writeBatch' | 'flush' | 'trim' | 'zero'>;

/** `identity` is the same for all disks of one file. */
export function fileChanges(
  file: FileInUse,
  identity: string,
  size: DiskSize,
  reads: Reads,
  environment: Environment,
  notice: (text: string) => void,
): FileChanges {
  const writes =
    reads.means === 'async'
      ? asyncWrites(file)
      : guardedWrites(file, writesNow(file, environment.systemCalls), environment.clock);
  const calls = rangeCalls(file, environment);
  if (calls.discard === undefined) {
    notice(`${file.path}: no trim: that needs an optional package, fs-native-extensions or koffi`);
  }
  const ranges = rangeChanges(file, calls, notice);
  const sync = () => file.use((fd) => promisify(fdatasync)(fd));
  const flushes = sharedFlushes(identity, file.path, sync);
  file.whenClosed(() => flushes.leave());

  // Hot path: no allocation when the write is done on the loop.
  function write(source: Uint8Array, offset: number): Promise<void> | undefined {
    if (size.shrinking) {
      const copy = copyOf(source);
      return size.change(offset, copy.length, () => writes.write(copy, offset));
    }
    size.check(offset, source.length);
    return noted(writes.write(source, offset), offset, source.length);
  }

  /** The page cache has the bytes only when the write is over. */
  function noted(
    answer: Promise<void> | undefined,
    offset: number,
    length: number,
  ): Promise<void> | undefined {
    if (answer !== undefined) return size.track(answer);
    reads.written?.(offset, length);
    return undefined;
  }

  // Hot path too.
  function writeBatch(batch: readonly BatchedWrite[]): void {
    if (size.shrinking || batch.some(({ source, offset }) => !size.holds(offset, source.length))) {
      for (const one of batch) one.answer = attempt(() => write(one.source, one.offset));
      return;
    }
    writes.writeBatch(batch);
    for (const one of batch) one.answer = noted(one.answer, one.offset, one.source.length);
  }

  return {
    write,
    writeBatch,
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

/** What is thrown for one write of a batch is its answer alone. */
async function attempt(write: () => Promise<void> | undefined): Promise<void> {
  await write();
}
