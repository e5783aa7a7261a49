/**
 * Reads in Node's thread pool: never on the loop, everywhere, and dearest for data that is cached.
 *
 * The other means send here what they cannot answer at once, and what went wrong: the pool finds out
 * the true error.
 */
import { read } from 'node:fs';
import { DriverError } from '@nbd/driver';
import { toDriverError } from './file-error.ts';
import type { ReadableFile, Reads } from './reads.ts';

export function asyncReads(file: ReadableFile): Reads {
  return { means: 'async', read: (target, offset) => readInPool(file, target, offset) };
}

/**
 * Fills `target` from byte `filled` on; `offset` is where the first byte of `target` comes from. A file
 * that ends before that has shrunk: `DriverError("EIO")`.
 */
export function readInPool(
  file: ReadableFile,
  target: Uint8Array,
  offset: number,
  filled = 0,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const readOn = (done: number): void => {
      read(file.fd, target, done, target.length - done, offset + done, (error, count) => {
        if (error !== null) reject(toDriverError(error, describe(file, target, offset)));
        else if (count === 0) reject(ended(file, target, offset, done));
        else if (done + count < target.length) readOn(done + count);
        else resolve();
      });
    };
    readOn(filled);
  });
}

function ended(
  file: ReadableFile,
  target: Uint8Array,
  offset: number,
  filled: number,
): DriverError {
  const action = describe(file, target, offset);
  return new DriverError('EIO', `${action}: the file has shrunk and ends at ${offset + filled}`);
}

function describe(file: ReadableFile, target: Uint8Array, offset: number): string {
  return `${file.path}: read of ${target.length} bytes at ${offset}`;
}
