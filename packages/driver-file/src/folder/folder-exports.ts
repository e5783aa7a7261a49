/**
 * A folder as exports: each regular file in it is a disk, by its name.
 */
import { stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { DriverError } from '@nbd/driver';
import type { Driver, ExportContext, ExportListing, ExportSource, OpenExport } from '@nbd/driver';
import { checkOptions } from '../check-options.ts';
import { isEntryName } from './entry-name.ts';
import { loadEnvironment } from '../system/environment.ts';
import { diskOf, FILE_OPTIONS } from '../file-driver.ts';
import type { FileDriverOptions } from '../file-driver.ts';
import { FileOpenError } from '../file/file-open-error.ts';
import { FolderDisks } from './folder-disks.ts';
import { listFolder } from './list-folder.ts';
import { openEntry } from '../file/open-file.ts';
import type { OpenFile } from '../file/open-file.ts';

/** `path` is that of the folder; the others are those of each disk in it. */
export interface FolderExportsOptions extends FileDriverOptions {
  /** Puts filters around a disk that was opened. What it answers is used, and closed, in its place. */
  readonly around?: (disk: Driver) => Driver;

  /** How many entries of the folder a list looks at; files beyond them can still be asked for. Default: 10,000. */
  readonly entriesMax?: number;

  /** Told, in single lines, of what somebody asked for that is there and is no regular file. Default: silence. */
  readonly refused?: (text: string, context: ExportContext) => void;
}

const OPTIONS: { readonly [Name in keyof Required<FolderExportsOptions>]: true } = {
  ...FILE_OPTIONS,
  around: true,
  entriesMax: true,
  refused: true,
};

export interface FolderExports extends ExportSource {
  /** The files that are there now. */
  list(): Promise<Iterable<ExportListing>>;

  open(name: string, context: ExportContext): Promise<OpenExport | undefined>;

  /** Rejects with `FileOpenError` unless the folder can be read now, so that a program can fail at its start. */
  check(): Promise<void>;

  /** Flushes and closes each disk that is still in use. Later calls answer the same. */
  close(): Promise<void>;
}

/**
 * A source of the files in a folder, looked up anew whenever somebody asks. A file is opened when a client names it, shared
 * by all who name it, by whatever name, and flushed and closed when the last of them leaves. There is no default export.
 *
 * No name leads out of the folder: symbolic links are not followed, whatever becomes of them between the look and the
 * opening (on Windows: but for that moment), and a name is that of an entry, not a path. Devices, FIFOs and folders are not
 * offered either, nor are names that begin with a dot, hold control characters or are not UTF-8. The folder itself may be
 * reached by links: its path is the program's own. A hard link is a file like any other.
 *
 * Throws a `RangeError` for an empty path, and unless `entriesMax` is a whole number from 1, and a `TypeError` for an option,
 * an `io` or a `lock` that there is not. `open` rejects with `FileOpenError` for a file that cannot be opened, and with
 * `DriverError("ESHUTDOWN")` once the source is closed. It waits for the end of a disk that is being flushed and closed, and
 * then opens the file anew.
 */
export function folderExports(options: FolderExportsOptions): FolderExports {
  const { path, readOnly = false, entriesMax = 10_000, around, notice, refused } = options;
  checkOptions(options, OPTIONS);
  if (path === '') throw new RangeError('path: expected that of a folder, found an empty text');
  if (!Number.isSafeInteger(entriesMax) || entriesMax < 1) {
    throw new RangeError(`entriesMax: expected a whole number from 1, found ${entriesMax}`);
  }
  const disks = new FolderDisks(async (file) => {
    const disk = await diskOf(file, options, await loadEnvironment());
    return around === undefined ? disk : filtered(disk, around);
  });
  let closing: Promise<void> | undefined;
  const checkNotClosed = (): void => {
    if (closing !== undefined) throw new DriverError('ESHUTDOWN', `${path}: the source is closed`);
  };

  return {
    async list() {
      const { names, isCut } = await readable(path, listFolder(path, entriesMax));
      if (isCut) notice?.(`${path}: the list ends after ${entriesMax} entries of the folder`);
      return names.map((name) => ({ name }));
    },

    async open(name, context) {
      checkNotClosed();
      const file = await entryOf(path, name, readOnly, (text) => refused?.(text, context));
      if (file === undefined) return undefined;
      const loan = await disks.lend(file);
      if (closing !== undefined) await loan.release();
      checkNotClosed();
      return { name, driver: loan.driver, close: () => loan.release() };
    },

    async check() {
      const stats = await readable(path, stat(path));
      if (stats.isDirectory()) await readable(path, listFolder(path, 1));
      else throw new FileOpenError('failed', `${path}: expected a folder, found a file`);
    },

    close() {
      closing ??= disks.closeAll();
      return closing;
    },
  };
}

async function filtered(disk: Driver, around: (disk: Driver) => Driver): Promise<Driver> {
  try {
    return around(disk);
  } catch (error) {
    await disk.close?.();
    throw error;
  }
}

/** The file of that name, opened; `undefined` if there is none to be had under that name. */
async function entryOf(
  folder: string,
  name: string,
  readOnly: boolean,
  refused: (text: string) => void,
): Promise<OpenFile | undefined> {
  if (!isEntryName(name)) return undefined;
  try {
    // The path as it is: to shorten one with links and ".." in it would lead to another folder.
    return await openEntry(folder.endsWith(sep) ? folder + name : folder + sep + name, readOnly);
  } catch (error) {
    if (!(error instanceof FileOpenError)) throw error;
    if (error.code === 'not-found') return undefined;
    if (error.code !== 'not-a-disk') throw error;
    refused(error.message);
    return undefined;
  }
}

async function readable<T>(folder: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FileOpenError('failed', `${folder}: cannot be read: ${reason}`, { cause });
  }
}
