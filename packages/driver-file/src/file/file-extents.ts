/**
 * The extents of a file: where its data and its holes are, by `lseek` with SEEK_DATA and SEEK_HOLE.
 */
import { DriverError, dataExtent, holeExtent } from '@nbd/driver';
import type { Extent } from '@nbd/driver';
import type { FileInUse } from './file-in-use.ts';
import { ENXIO, SEEK_DATA, SEEK_END, SEEK_HOLE } from '../system/system-calls.ts';
import type { SystemCalls } from '../system/system-calls.ts';

/** Whether the file system of an open file tells holes from data. */
export function knowsExtents(fd: number, calls: SystemCalls): boolean {
  const result = calls.seek(fd, 0, SEEK_HOLE);
  // ENXIO: the file is empty.
  return result >= 0 || result === -ENXIO;
}

/**
 * The extents from `offset` up to at least `offset + length`, on a disk of `size` bytes. One system call for each; the
 * position that it moves is used by nobody, since all reads and writes give their own.
 *
 * A file that others have cut short has no holes behind its end: what is gone counts as data, so that it is
 * read, and the reading fails.
 */
export function* fileExtents(
  file: FileInUse,
  calls: SystemCalls,
  size: number,
  offset: number,
  length: number,
): Generator<Extent, void> {
  const end = offset + length;
  let at = offset;
  while (at < end) {
    const found = seek(file, calls, at, SEEK_DATA);
    const data = Math.min(found ?? endOf(file, calls), size);
    if (data > at) yield holeExtent(data - at);
    at = Math.max(at, data);
    if (at >= end) return;
    if (found === undefined) {
      yield dataExtent(size - at);
      return;
    }
    // The data may have become a hole, or the end, in the meantime: then we look again from where we are.
    const hole = Math.min(seek(file, calls, at, SEEK_HOLE) ?? at, size);
    if (hole > at) yield dataExtent(hole - at);
    at = hole;
  }
}

function endOf(file: FileInUse, calls: SystemCalls): number {
  return seek(file, calls, 0, SEEK_END) ?? 0;
}

/** The place found, or `undefined` when there is none before the end of the file. */
function seek(file: FileInUse, calls: SystemCalls, at: number, whence: number): number | undefined {
  const result = calls.seek(file.fd, at, whence);
  if (result >= 0) return result;
  if (result === -ENXIO) return undefined;
  throw new DriverError('EIO', `${file.path}: extents at ${at}: lseek answered ${result}`);
}
