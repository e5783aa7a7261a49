/**
 * Reads in Node's thread pool: never on the loop, everywhere, and dearest for data that is cached.
 *
 * The other means send here what they cannot answer at once, and what went wrong: the pool finds out
 * the true error.
 */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import { DriverError } from '@nbd/driver';
import { toDriverError } from './file-error.ts';
import type { FileInUse } from './file-in-use.ts';
import type { Reads } from './reads.ts';

const readSome = promisify(read);

export function asyncReads(file: FileInUse): Reads {
  return { means: 'async', read: (target, offset) => readInPool(file, target, offset) };
}

/**
 * Fills `target` from byte `filled` on; `offset` is where the first byte of `target` comes from. A file
 * that ends before that has shrunk: `DriverError("EIO")`.
 */
export async function readInPool(
  file: FileInUse,
  target: Uint8Array,
  offset: number,
  filled = 0,
): Promise<void> {
  for (let done = filled; done < target.length; ) {
    const count = await readOn(file, target, offset, done);
    if (count === 0) throw ended(file, target, offset, done);
    done += count;
  }
}

async function readOn(
  file: FileInUse,
  target: Uint8Array,
  offset: number,
  done: number,
): Promise<number> {
  try {
    const length = target.length - done;
    const { bytesRead } = await file.use((fd) => readSome(fd, target, done, length, offset + done));
    return bytesRead;
  } catch (error) {
    throw toDriverError(error, describe(file, target, offset));
  }
}

function ended(file: FileInUse, target: Uint8Array, offset: number, filled: number): DriverError {
  const action = describe(file, target, offset);
  return new DriverError('EIO', `${action}: the file has shrunk and ends at ${offset + filled}`);
}

function describe(file: FileInUse, target: Uint8Array, offset: number): string {
  return `${file.path}: read of ${target.length} bytes at ${offset}`;
}
