/**
 * Advisory locks, so that two programs do not write to one file.
 *
 * Only writers are locked against each other; a reader takes and minds no lock. On Linux these are open
 * file description locks of single bytes, laid out so that QEMU understands them:
 *
 *   byte  lock       by whom                 says
 *    101  shared     a QEMU that writes      "I write"
 *    201  shared     a writer, also we       "nobody else may write"; readers of QEMU do not mind it
 *    300  shared     each thread of ours     "a driver of this kind writes"; the first one had it exclusively for a moment
 *    302  shared     each thread of ours     "my process has 300": to be told from a thread that only tries to have it
 *
 * Elsewhere the whole file is locked. The lock belongs to the process: its drivers of one file share it, on Linux those of
 * all threads.
 */
import { closeSync, fstatSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { systemErrorCode } from './file-error.ts';
import type { FileExtensions } from '../system/file-extensions.ts';
import { FileOpenError } from './file-open-error.ts';
import { identityOf } from './open-file.ts';

/**
 * What a writer does about other writers.
 * - `'auto'`: refuses a file that another process writes to; says in a notice when locks are not to be had.
 * - `'require'`: refuses when locks are not to be had, too.
 * - `'warn'`: says both in a notice and goes on.
 * - `'off'`: takes no lock.
 */
export type LockPolicy = 'auto' | 'require' | 'warn' | 'off';

/** A file to be locked: what `OpenFile` has of it. */
export interface LockableFile {
  readonly path: string;
  readonly identity: string;
  /** Those of `open`: what it must not follow or wait for, it must not when it is opened again. */
  readonly flags: number;
}

/** Gives the lock back. Called once. */
export type Release = () => void;

const QEMU_WRITES = 101;
const QEMU_NOBODY_ELSE_WRITES = 201;
const OURS = 300;
/** Not beside it, or the system would take the two for one lock. */
const ADMITTED = 302;

/** How often a lock is tried for that another thread has to itself, which is for two calls. */
const TRIES_MAX = 100;
/** And one that seems to be another process's: a thread may have let go of it before it was looked for. */
const DOUBTS_MAX = 3;

/** A lock held in this thread, by a descriptor of its own, so that it outlives any one driver. */
interface Held {
  readonly fd: number;
  holders: number;
}

const held = new Map<string, Held>();

/** Locks `file` against other writers as `policy` says. Throws `FileOpenError`. */
export function lockForWriting(
  file: LockableFile,
  policy: LockPolicy,
  extensions: FileExtensions | undefined,
  notice: (text: string) => void,
): Release {
  if (policy === 'off') return () => undefined;
  const problem = extensions === undefined ? NOT_HERE : share(file, extensions);
  if (problem === undefined) return () => release(file.identity);

  const refused = policy === 'require' || (policy === 'auto' && problem.code === 'locked');
  const text = `${file.path}: ${problem.text}`;
  if (refused) throw new FileOpenError(problem.code, text, { cause: problem.cause });
  notice(text);
  return () => undefined;
}

interface Problem {
  readonly code: 'locked' | 'unavailable' | 'failed';
  readonly text: string;
  /** The error of the system, if there was one. */
  readonly cause?: Error;
}

const NOT_HERE: Problem = {
  code: 'unavailable',
  text: 'not locked against other writers: that needs the optional package fs-native-extensions',
};
const NOT_KNOWN: Problem = {
  code: 'unavailable',
  text: 'not locked against other writers: the system does not lock this file',
};
const IN_USE: Problem = { code: 'locked', text: 'another process writes to this file' };

function share(file: LockableFile, extensions: FileExtensions): Problem | undefined {
  const already = held.get(file.identity);
  if (already !== undefined) {
    already.holders++;
    return undefined;
  }
  // On Windows a lock would keep our own reads and writes out.
  if (process.platform === 'win32') return NOT_KNOWN;
  const fd = openForLock(file);
  if (typeof fd !== 'number') return fd;
  try {
    const problem = lockOpened(fd, file, extensions);
    if (problem === undefined) held.set(file.identity, { fd, holders: 1 });
    else closeSync(fd);
    return problem;
  } catch (error) {
    closeSync(fd);
    if (error instanceof FileOpenError || systemErrorCode(error) === undefined) throw error;
    return NOT_KNOWN;
  }
}

/** A descriptor of the lock's own, or why there is none: too many open files, say. */
function openForLock({ path, flags }: LockableFile): number | Problem {
  try {
    return openSync(path, flags);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const text = `not locked against other writers: cannot be opened again: ${cause.message}`;
    return { code: 'failed', text, cause };
  }
}

function lockOpened(
  fd: number,
  file: LockableFile,
  extensions: FileExtensions,
): Problem | undefined {
  if (identityOf(fstatSync(fd, { bigint: true })) !== file.identity) {
    throw new FileOpenError('failed', `${file.path}: was replaced while it was being opened`);
  }
  return process.platform === 'linux' ? lockBytes(fd, extensions) : lockWhole(fd, extensions);
}

/** Closing the descriptor gives back all its locks. */
function release(identity: string): void {
  const lock = held.get(identity);
  if (lock === undefined || --lock.holders > 0) return;
  held.delete(identity);
  closeSync(lock.fd);
}

function lockBytes(fd: number, extensions: FileExtensions): Problem | undefined {
  if (lockShared(fd, QEMU_NOBODY_ELSE_WRITES, extensions) !== undefined) return IN_USE;
  for (let tries = 0, doubts = 0; tries < TRIES_MAX && doubts < DOUBTS_MAX; tries++) {
    if (extensions.tryLock(fd, OURS, 1)) return beginAlone(fd, extensions);
    if (!hasFellow(fd)) doubts++;
    else if (lockShared(fd, OURS, extensions) === undefined) {
      // From here on nobody else can become the first; if the fellow is still there, nobody has.
      if (hasFellow(fd)) return lockShared(fd, ADMITTED, extensions);
      extensions.unlock(fd, OURS, 1);
    }
  }
  return IN_USE;
}

/** Nobody has our byte but this descriptor. From the end of this on, other threads may have it as well. */
function beginAlone(fd: number, extensions: FileExtensions): Problem | undefined {
  const problem = lockShared(fd, ADMITTED, extensions);
  if (problem !== undefined) return problem;
  // Nobody may have said "I write": asked by taking the byte for a moment.
  if (!extensions.tryLock(fd, QEMU_WRITES, 1)) return IN_USE;
  extensions.unlock(fd, QEMU_WRITES, 1);
  return lockShared(fd, OURS, extensions);
}

function lockShared(fd: number, byte: number, extensions: FileExtensions): Problem | undefined {
  return extensions.tryLock(fd, byte, 1, { shared: true }) ? undefined : IN_USE;
}

function lockWhole(fd: number, extensions: FileExtensions): Problem | undefined {
  return extensions.tryLock(fd, 0, 0) ? undefined : IN_USE;
}

/** Whether another thread of this process has been admitted to the same file, which is told by its descriptor. */
function hasFellow(fd: number): boolean {
  const identity = identityOf(fstatSync(fd, { bigint: true }));
  const own = `${fd}`;
  return readdirSync('/proc/self/fdinfo').some((name) => {
    if (name === own) return false;
    try {
      return (
        OUR_LOCK.test(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8')) &&
        identityOf(fstatSync(Number(name), { bigint: true })) === identity
      );
    } catch {
      // Closed since the folder was read.
      return false;
    }
  });
}

const OUR_LOCK = new RegExp(`^lock:.*\\bOFDLCK\\b.* ${ADMITTED} ${ADMITTED}$`, 'm');
