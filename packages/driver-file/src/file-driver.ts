/**
 * A file as a disk: puts together what the other files of this package know.
 */
import { close, fdatasync, ftruncate } from 'node:fs';
import { promisify } from 'node:util';
import type { BlockSize, Driver } from '@nbd/driver';
import { chooseReads } from './choose-reads.ts';
import type { IoChoice } from './choose-reads.ts';
import { loadEnvironment } from './environment.ts';
import type { Environment } from './environment.ts';
import { toDriverError } from './file-error.ts';
import { fileExtents, knowsExtents } from './file-extents.ts';
import { lockForWriting } from './file-lock.ts';
import type { LockPolicy, Release } from './file-lock.ts';
import { asyncWrites, guardedWrites } from './file-writes.ts';
import { openFile } from './open-file.ts';
import type { OpenFile } from './open-file.ts';
import { rangeCalls } from './range-calls.ts';
import { rangeChanges } from './range-changes.ts';
import type { Reads } from './reads.ts';

export interface FileDriverOptions {
  /** A regular file or a block device, which must exist. */
  readonly path: string;

  /** The disk cannot be changed, and the file is opened for reading alone. Default: false. */
  readonly readOnly?: boolean;

  /**
   * The means of reading. `'auto'`, the default, takes the first of `'uring'`, `'nowait'` and
   * `'adaptive'` that is to be had; a name takes that one or fails. With `'async'` no read and no write
   * is ever done on the loop.
   */
  readonly io?: IoChoice;

  /** What a writable disk does about other processes that write to the file. Default: `'auto'`. */
  readonly lock?: LockPolicy;

  /** Told, in single lines, what means were chosen and what cannot be done here. Default: silence. */
  readonly notice?: (text: string) => void;
}

/**
 * Opens a file as a disk, which holds it open until `close`.
 *
 * The size is that of the file when it is opened, and changes by `resize` alone: reads beyond the end of
 * a file that others have cut short fail with EIO, each on its own.
 *
 * Rejects with `FileOpenError`, whose message is one line for a person.
 */
export async function fileDriver(options: FileDriverOptions): Promise<Driver> {
  return openFileDriver(options, await loadEnvironment());
}

/** The same with what the machine offers given from outside. */
export async function openFileDriver(
  options: FileDriverOptions,
  environment: Environment,
): Promise<Driver> {
  const { path, readOnly = false, io = 'auto', lock = 'auto', notice = () => undefined } = options;
  const file = await openFile(path, readOnly);
  let release: Release | undefined;
  try {
    if (!readOnly) release = lockForWriting(file, lock, environment.extensions, notice);
    const reads = chooseReads(io, file, file.size, environment, notice);
    return assemble(file, reads, readOnly, environment, notice, release);
  } catch (error) {
    release?.();
    await promisify(close)(file.fd);
    throw error;
  }
}

function assemble(
  file: OpenFile,
  reads: Reads,
  readOnly: boolean,
  environment: Environment,
  notice: (text: string) => void,
  release: Release | undefined,
): Driver {
  const { fd, path, rotational } = file;
  const { systemCalls } = environment;
  const blockSize = blockSizeOf(file);
  let size = file.size;
  let closing: Promise<void> | undefined;

  const mapped = systemCalls !== undefined && knowsExtents(fd, systemCalls);
  if (!mapped) notice(`${path}: holes cannot be told from data here`);

  return {
    get size() {
      return size;
    },
    readOnly,
    multiConn: true,
    retainsSource: false,
    fillsTarget: true,
    ...(rotational !== undefined && { rotational }),
    ...(blockSize !== undefined && { blockSize }),

    read: reads.read,
    ...(reads.readBatch !== undefined && { readBatch: reads.readBatch }),

    ...(mapped && {
      extents: (offset, length) => fileExtents(file, systemCalls, size, offset, length),
    }),
    ...(systemCalls !== undefined && {
      async cache(offset, length) {
        await attempt(systemCalls.willNeed(fd, offset, length), `${path}: cache at ${offset}`);
      },
    }),
    ...(!readOnly && changes(file, reads, environment, notice)),
    ...(!readOnly &&
      file.kind === 'regular' && {
        async resize(newSize) {
          await attempt(promisify(ftruncate)(fd, newSize), `${path}: resize to ${newSize} bytes`);
          size = newSize;
        },
      }),

    close() {
      // A descriptor closed twice might be somebody else's the second time.
      closing ??= promisify(close)(fd).finally(() => release?.());
      return closing;
    },
  };
}

type Changes = Pick<Driver, 'write' | 'flush' | 'trim' | 'zero'>;

function changes(
  file: OpenFile,
  reads: Reads,
  environment: Environment,
  notice: (text: string) => void,
): Changes {
  const write =
    reads.means === 'async' ? asyncWrites(file) : guardedWrites(file, environment.clock);
  const calls = rangeCalls(file.fd, environment);
  if (calls.discard === undefined) {
    notice(`${file.path}: no trim: that needs an optional package, fs-native-extensions or koffi`);
  }
  return {
    write(source, offset) {
      const answer = write(source, offset);
      // The page cache has the bytes only when the write is over.
      if (answer === undefined) reads.written?.(offset, source.length);
      return answer;
    },
    async flush() {
      await attempt(promisify(fdatasync)(file.fd), `${file.path}: flush`);
    },
    ...rangeChanges(file, calls, notice),
  };
}

/** A regular file takes any request; a device is best asked in its own sectors. */
function blockSizeOf({ sectorBytes }: OpenFile): BlockSize | undefined {
  if (sectorBytes === undefined) return undefined;
  return {
    minimum: sectorBytes,
    preferred: Math.max(sectorBytes, 4096),
    payloadMax: 0xffff_ffff,
  };
}

async function attempt<T>(step: Promise<T>, action: string): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw toDriverError(error, action);
  }
}
