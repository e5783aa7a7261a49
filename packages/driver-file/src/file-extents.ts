/**
 * The extents of a file: where its data and its holes are, by `lseek` with SEEK_DATA and SEEK_HOLE.
 */
import { DriverError, dataExtent, holeExtent } from '@nbd/driver';
import type { Extent } from '@nbd/driver';
import type { ReadableFile } from './reads.ts';
import { ENXIO, SEEK_DATA, SEEK_HOLE } from './system-calls.ts';
import type { SystemCalls } from './system-calls.ts';

/** Whether the file system of an open file tells holes from data. */
export function knowsExtents(fd: number, calls: SystemCalls): boolean {
  const result = calls.seek(fd, 0, SEEK_HOLE);
  // ENXIO: the file is empty.
  return result >= 0 || result === -ENXIO;
}

/**
 * The extents from `offset` up to at least `offset + length`, on a disk of `size` bytes. One system call for each; the
 * position that it moves is used by nobody, since all reads and writes give their own.
 */
export function* fileExtents(
  file: ReadableFile,
  calls: SystemCalls,
  size: number,
  offset: number,
  length: number,
): Generator<Extent, void> {
  const end = offset + length;
  let at = offset;
  while (at < end) {
    const data = Math.min(seek(file, calls, at, SEEK_DATA) ?? size, size);
    if (data > at) yield holeExtent(data - at);
    if (data >= end) return;
    // The data may have become a hole in the meantime: then this ends where it started, and we look again.
    at = Math.min(seek(file, calls, data, SEEK_HOLE) ?? size, size);
    if (at > data) yield dataExtent(at - data);
  }
}

/** The place found, or `undefined` when there is none before the end of the file. */
function seek(
  file: ReadableFile,
  calls: SystemCalls,
  at: number,
  whence: number,
): number | undefined {
  const result = calls.seek(file.fd, at, whence);
  if (result >= 0) return result;
  if (result === -ENXIO) return undefined;
  throw new DriverError('EIO', `${file.path}: extents at ${at}: lseek answered ${result}`);
}
