/**
 * A file as a disk: puts together what the other files of this package know.
 */
import { ftruncate } from 'node:fs';
import { promisify } from 'node:util';
import type { BlockSize, Driver } from '@nbd/driver';
import { checkOptions } from './check-options.ts';
import { chooseReads } from './reads/choose-reads.ts';
import type { IoChoice } from './reads/choose-reads.ts';
import { DiskSize } from './file/disk-size.ts';
import { loadEnvironment } from './system/environment.ts';
import type { Environment } from './system/environment.ts';
import { fileChanges } from './writes/file-changes.ts';
import { toDriverError } from './file/file-error.ts';
import { fileExtents, knowsExtents } from './file/file-extents.ts';
import { FileInUse } from './file/file-in-use.ts';
import { lockForWriting } from './file/file-lock.ts';
import type { LockPolicy } from './file/file-lock.ts';
import { openFile } from './file/open-file.ts';
import type { OpenFile } from './file/open-file.ts';
import type { Reads } from './reads/reads.ts';

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

/** Their names. */
export const FILE_OPTIONS: { readonly [Name in keyof Required<FileDriverOptions>]: true } = {
  path: true,
  readOnly: true,
  io: true,
  lock: true,
  notice: true,
};

/**
 * Opens a file as a disk, which holds it open until `close`.
 *
 * The size is that of the file when it is opened, and changes by `resize` alone: reads beyond the end of
 * a file that others have cut short fail with EIO, each on its own. A disk that shrinks has its new size at
 * once; it waits for the changes under way and holds up those that come meanwhile.
 *
 * `close` may be called while others are under way: those that need the system again reject with
 * ESHUTDOWN, as do later ones, and it resolves when the system has done with the file.
 *
 * Rejects with `FileOpenError`, whose message is one line for a person, and with a `TypeError` for an option, an `io` or a
 * `lock` that there is not.
 */
export async function fileDriver(options: FileDriverOptions): Promise<Driver> {
  return openFileDriver(options, await loadEnvironment());
}

/** The same with what the machine offers given from outside. */
export async function openFileDriver(
  options: FileDriverOptions,
  environment: Environment,
): Promise<Driver> {
  checkOptions(options, FILE_OPTIONS);
  return diskOf(await openFile(options.path, options.readOnly ?? false), options, environment);
}

/** The disk of a file that is open as `readOnly` says, whose descriptor it takes over. Rejects with `FileOpenError`. */
export async function diskOf(
  opened: OpenFile,
  options: Omit<FileDriverOptions, 'path'>,
  environment: Environment,
): Promise<Driver> {
  const { readOnly = false, io = 'auto', lock = 'auto', notice = () => undefined } = options;
  const file = new FileInUse(opened.fd, opened.path);
  try {
    if (!readOnly) file.whenClosed(lockForWriting(opened, lock, environment.extensions, notice));
    const reads = chooseReads(io, file, opened.size, environment, notice);
    return assemble(opened, file, reads, readOnly, environment, notice);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function assemble(
  opened: OpenFile,
  file: FileInUse,
  reads: Reads,
  readOnly: boolean,
  environment: Environment,
  notice: (text: string) => void,
): Driver {
  const { path, rotational } = opened;
  const { systemCalls } = environment;
  const blockSize = blockSizeOf(opened);
  const size = new DiskSize(path, opened.size);

  const mapped = systemCalls !== undefined && knowsExtents(file.fd, systemCalls);
  if (!mapped) notice(`${path}: holes cannot be told from data here`);

  return {
    get size() {
      return size.bytes;
    },
    readOnly,
    multiConn: true,
    ...(reads.means !== 'async' && { retainsSource: false }),
    fillsTarget: true,
    ...(rotational !== undefined && { rotational }),
    ...(blockSize !== undefined && { blockSize }),

    read: reads.read,
    ...(reads.readBatch !== undefined && { readBatch: reads.readBatch }),

    ...(mapped && {
      extents: (offset, length) => fileExtents(file, systemCalls, size.bytes, offset, length),
    }),
    ...(systemCalls !== undefined && {
      cache: (offset, length) =>
        attempt(
          file.use((fd) => systemCalls.willNeed(fd, offset, length)),
          `${path}: cache at ${offset}`,
        ),
    }),
    ...(!readOnly && fileChanges(file, opened.identity, size, reads, environment, notice)),
    ...(!readOnly &&
      opened.kind === 'regular' && {
        resize: (newSize) =>
          size.resize(newSize, (bytes) =>
            attempt(
              file.use((fd) => promisify(ftruncate)(fd, bytes)),
              `${path}: resize to ${bytes} bytes`,
            ),
          ),
      }),

    close: () => file.close(),
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
