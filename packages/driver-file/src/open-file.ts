/**
 * Opening: from a path to a descriptor and what is known of the file behind it.
 */
import { close, fstat, open, stat } from 'node:fs';
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
  /** The same for two paths of one file. */
  readonly identity: string;
  /** Bytes, when it was opened. */
  readonly size: number;
}

/** Opens a regular file or a block device; the descriptor belongs to the caller. Rejects with `FileOpenError`. */
export async function openFile(path: string, readOnly: boolean): Promise<OpenFile> {
  // Before it is opened: a FIFO would wait for its other end, and a device may act on being opened.
  checkKind(path, await attempt(path, readOnly, promisify(stat)(path, { bigint: true })));
  const fd = await attempt(path, readOnly, promisify(open)(path, readOnly ? 'r' : 'r+'));
  try {
    const stats = await attempt(path, readOnly, promisify(fstat)(fd, { bigint: true }));
    checkKind(path, stats);
    return await describe(path, fd, stats);
  } catch (error) {
    await promisify(close)(fd);
    throw error;
  }
}

/** The same for two open files of one path, one inode. */
export function identityOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

async function describe(path: string, fd: number, stats: BigIntStats): Promise<OpenFile> {
  const identity = identityOf(stats);
  if (stats.isFile()) {
    const { rotational } = await deviceFacts(stats.dev);
    const size = checkSize(path, Number(stats.size));
    return {
      kind: 'regular',
      fd,
      path,
      identity,
      size,
      ...(rotational !== undefined && { rotational }),
    };
  }
  const facts = await deviceFacts(stats.rdev);
  const size = checkSize(path, facts.size ?? sizeByReading(fd));
  return { kind: 'block-device', fd, path, identity, ...facts, size };
}

function checkKind(path: string, stats: BigIntStats): void {
  if (stats.isFile() || stats.isBlockDevice()) return;
  throw new FileOpenError(
    'not-a-disk',
    `${path}: expected a regular file or a block device, found ${kindOf(stats)}`,
  );
}

function kindOf(stats: BigIntStats): string {
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
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new FileOpenError('not-found', `${path}: there is no such file`, { cause });
    }
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      const remedy = readOnly ? 'for reading' : 'for writing; open it read-only';
      throw new FileOpenError('no-permission', `${path}: may not be opened ${remedy} (${code})`, {
        cause,
      });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FileOpenError('failed', `${path}: cannot be opened: ${reason}`, { cause });
  }
}
