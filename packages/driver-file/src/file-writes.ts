/**
 * Writes: into the page cache at once where that is quick, else through the thread pool.
 */
import { write, writeSync } from 'node:fs';
import type { Awaitable } from '@nbd/driver';
import { DriverError } from '@nbd/driver';
import type { Clock } from './clock.ts';
import { toDriverError } from './file-error.ts';
import { WriteGuard } from './write-guard.ts';

export interface WritableFile {
  readonly fd: number;
  /** For messages. */
  readonly path: string;
}

/** Writes all of `source`, which has been taken (written or copied) when the call returns. */
export type FileWrite = (source: Uint8Array, offset: number) => Awaitable<void>;

/** Writes that never touch the loop. */
export function asyncWrites(file: WritableFile): FileWrite {
  return (source, offset) => writeInPool(file, source.slice(), offset);
}

/** Writes on the loop, but for the times when the kernel makes writers wait. */
export function guardedWrites(file: WritableFile, clock: Clock): FileWrite {
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
export function writeInPool(file: WritableFile, source: Uint8Array, offset: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const writeOn = (done: number): void => {
      write(file.fd, source, done, source.length - done, offset + done, (error, count) => {
        if (error !== null) reject(toDriverError(error, describe(file, source, offset)));
        else if (count === 0) reject(stuck(file, source, offset, done));
        else if (done + count < source.length) writeOn(done + count);
        else resolve();
      });
    };
    writeOn(0);
  });
}

function writeNow(file: WritableFile, source: Uint8Array, offset: number): number {
  try {
    return writeSync(file.fd, source, 0, source.length, offset);
  } catch (error) {
    throw toDriverError(error, describe(file, source, offset));
  }
}

function stuck(file: WritableFile, source: Uint8Array, offset: number, done: number): DriverError {
  return new DriverError(
    'EIO',
    `${describe(file, source, offset)}: the system took ${done} bytes and no more`,
  );
}

function describe(file: WritableFile, source: Uint8Array, offset: number): string {
  return `${file.path}: write of ${source.length} bytes at ${offset}`;
}
