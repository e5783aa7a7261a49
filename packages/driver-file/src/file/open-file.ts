/**
 * Opening: from a path to a descriptor and what is known of the file behind it.
 */
import { close, constants, fstat, lstat, open, stat } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import { deviceFacts, sizeByReading } from './block-device.ts';
import type { DeviceFacts } from './block-device.ts';
import { systemErrorCode } from './file-error.ts';
import { FileOpenError } from './file-open-error.ts';

export interface OpenFile extends DeviceFacts {
  readonly kind: 'regular' | 'block-device';
  readonly fd: number;
  readonly path: string;
  /** Those of `open`, with which it was opened. */
  readonly flags: number;
  /** The same for two paths of one file. */
  readonly identity: string;
  /** Bytes, when it was opened. */
  readonly size: number;
}

/** Opens a regular file or a block device; the descriptor belongs to the caller. Rejects with `FileOpenError`. */
export async function openFile(path: string, readOnly: boolean): Promise<OpenFile> {
  // Before it is opened: a FIFO would wait for its other end, and a device may act on being opened.
  checkKind(path, await attempt(path, readOnly, promisify(stat)(path, { bigint: true })));
  return openAs(path, readOnly, accessOf(readOnly), checkKind);
}

/**
 * Opens the regular file that is itself at `path`, for a name that a stranger gave: no symbolic link at the end of the path
 * is followed, and nothing is waited for, whatever is put there meanwhile. Else as `openFile`.
 */
export async function openEntry(path: string, readOnly: boolean): Promise<OpenFile> {
  checkEntry(path, await attempt(path, readOnly, promisify(lstat)(path, { bigint: true })));
  return openAs(path, readOnly, accessOf(readOnly) | ENTRY_FLAGS, checkEntry);
}

/** Windows has neither; there a link must come between the look and the opening to be followed. */
const ENTRY_FLAGS = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function accessOf(readOnly: boolean): number {
  return readOnly ? constants.O_RDONLY : constants.O_RDWR;
}

async function openAs(
  path: string,
  readOnly: boolean,
  flags: number,
  check: (path: string, stats: BigIntStats) => void,
): Promise<OpenFile> {
  const fd = await attempt(path, readOnly, promisify(open)(path, flags));
  try {
    const stats = await attempt(path, readOnly, promisify(fstat)(fd, { bigint: true }));
    check(path, stats);
    return await describe(path, fd, flags, stats);
  } catch (error) {
    await promisify(close)(fd);
    throw error;
  }
}

/** The same for two open files of one path, one inode. */
export function identityOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

async function describe(
  path: string,
  fd: number,
  flags: number,
  stats: BigIntStats,
): Promise<OpenFile> {
  const identity = identityOf(stats);
  if (stats.isFile()) {
    const { rotational } = await deviceFacts(stats.dev);
    const size = checkSize(path, Number(stats.size));
    return {
      kind: 'regular',
      fd,
      path,
      flags,
      identity,
      size,
      ...(rotational !== undefined && { rotational }),
    };
  }
  const facts = await deviceFacts(stats.rdev);
  const size = checkSize(path, facts.size ?? sizeByReading(fd));
  return { kind: 'block-device', fd, path, flags, identity, ...facts, size };
}

function checkKind(path: string, stats: BigIntStats): void {
  if (stats.isFile() || stats.isBlockDevice()) return;
  throw new FileOpenError(
    'not-a-disk',
    `${path}: expected a regular file or a block device, found ${kindOf(stats)}`,
  );
}

function checkEntry(path: string, stats: BigIntStats): void {
  if (stats.isFile()) return;
  throw new FileOpenError('not-a-disk', `${path}: expected a regular file, found ${kindOf(stats)}`);
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isBlockDevice()) return 'a block device';
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  if (stats.isCharacterDevice()) return 'a character device';
  return 'something else';
}

function checkSize(path: string, size: number): number {
  if (Number.isSafeInteger(size)) return size;
  throw new FileOpenError('not-a-disk', `${path}: expected fewer than 2^53 bytes, found ${size}`);
}

/** Waits for a step of the opening and puts its failure into words for a person. */
async function attempt<T>(path: string, readOnly: boolean, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') {
      throw new FileOpenError('not-found', `${path}: there is no such file`, { cause });
    }
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      const remedy = readOnly ? 'for reading' : 'for writing; open it read-only';
      throw new FileOpenError('no-permission', `${path}: may not be opened ${remedy} (${code})`, {
        cause,
      });
    }
    if (code === 'ELOOP') {
      throw new FileOpenError(
        'not-a-disk',
        `${path}: expected a regular file, found a symbolic link`,
        {
          cause,
        },
      );
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FileOpenError('failed', `${path}: cannot be opened: ${reason}`, { cause });
  }
}
