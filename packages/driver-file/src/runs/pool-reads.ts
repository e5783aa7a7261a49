/**
 * Reads in Node's thread pool. All means send here what they cannot answer at once, and what went wrong: the
 * pool finds out the true error.
 */
import { read, readv } from 'node:fs';
import { promisify } from 'node:util';
import { DriverError } from '@nbd/driver';
import { toDriverError } from '../file/file-error.ts';
import type { FileInUse } from '../file/file-in-use.ts';
import { CALL_BYTES_MAX } from './pool-run.ts';
import type { PoolTransfer } from './pool-run.ts';

const readSome = promisify(read);
const readSomeOfRun = promisify(readv);

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

/** The same for neighbours. */
export function poolReads(file: FileInUse): PoolTransfer {
  return {
    all: (target, offset, filled) => readInPool(file, target, offset, filled),

    async some(targets, offset) {
      try {
        const { bytesRead } = await file.use((fd) => readSomeOfRun(fd, targets, offset));
        return bytesRead;
      } catch {
        return 0;
      }
    },
  };
}

async function readOn(
  file: FileInUse,
  target: Uint8Array,
  offset: number,
  done: number,
): Promise<number> {
  try {
    const length = Math.min(target.length - done, CALL_BYTES_MAX);
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
