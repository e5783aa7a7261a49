/**
 * Writes: into the page cache at once where that is quick, else through the thread pool.
 */
import { write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Awaitable } from '@nbd/driver';
import { DriverError } from '@nbd/driver';
import type { Clock } from './clock.ts';
import { toDriverError } from './file-error.ts';
import type { FileInUse } from './file-in-use.ts';
import { WriteGuard } from './write-guard.ts';

const writeSome = promisify(write);

/** Writes all of `source`. */
export type FileWrite = (source: Uint8Array, offset: number) => Awaitable<void>;

/** Writes that never touch the loop. `source` must stay as it is until the promise settles. */
export function asyncWrites(file: FileInUse): FileWrite {
  return (source, offset) => writeInPool(file, source, offset);
}

/**
 * Writes on the loop, but for the times when the kernel makes writers wait. `source` has been taken
 * (written or copied) when the call returns.
 */
export function guardedWrites(file: FileInUse, clock: Clock): FileWrite {
  const guard = new WriteGuard();

  // Hot path: no allocation when the write is done on the loop.
  return (source, offset) => {
    const startedAt = clock();
    if (!guard.allows(startedAt)) return writeInPool(file, source.slice(), offset);
    const count = writeNow(file, source, offset);
    guard.learn(source.length, startedAt, clock());
    if (count === source.length) return undefined;
    return writeInPool(file, source.slice(count), offset + count);
  };
}

/** Writes all of `source`, which must stay as it is until the promise settles. */
export async function writeInPool(
  file: FileInUse,
  source: Uint8Array,
  offset: number,
): Promise<void> {
  for (let done = 0; done < source.length; ) {
    const count = await writeOn(file, source, offset, done);
    if (count === 0) throw stuck(file, source, offset, done);
    done += count;
  }
}

async function writeOn(
  file: FileInUse,
  source: Uint8Array,
  offset: number,
  done: number,
): Promise<number> {
  try {
    const length = source.length - done;
    const { bytesWritten } = await file.use((fd) =>
      writeSome(fd, source, done, length, offset + done),
    );
    return bytesWritten;
  } catch (error) {
    throw toDriverError(error, describe(file, source, offset));
  }
}

function writeNow(file: FileInUse, source: Uint8Array, offset: number): number {
  try {
    return writeSync(file.fd, source, 0, source.length, offset);
  } catch (error) {
    throw toDriverError(error, describe(file, source, offset));
  }
}

function stuck(file: FileInUse, source: Uint8Array, offset: number, done: number): DriverError {
  return new DriverError(
    'EIO',
    `${describe(file, source, offset)}: the system took ${done} bytes and no more`,
  );
}

function describe(file: FileInUse, source: Uint8Array, offset: number): string {
  return `${file.path}: write of ${source.length} bytes at ${offset}`;
}
