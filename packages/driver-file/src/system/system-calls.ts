/**
 * System calls of Linux that Node does not offer, through the optional package koffi.
 *
 * Numbers come back as the kernel gives them: a result of at least 0, or the negated error number.
 * Those that may wait for a disk run off the loop.
 */
import { endianness } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { BufferAddresses } from './buffer-addresses.ts';
import { IoVectors } from './io-vectors.ts';
import { limiter } from './limiter.ts';
import { RUN_MAX } from './neighbours.ts';

export const SEEK_END = 2;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;
export const FALLOC_KEEP_SIZE = 0x01;
export const FALLOC_PUNCH_HOLE = 0x02;
export const FALLOC_ZERO_RANGE = 0x10;
/** A flag of reads: answer EAGAIN rather than wait for the disk. */
export const RWF_NOWAIT = 8;
export const ENXIO = 6;
export const EAGAIN = 11;

const POSIX_FADV_WILLNEED = 3;
/** The same on every architecture that is supported here. */
const SYS_IO_URING_SETUP = 425;
const SYS_IO_URING_ENTER = 426;
const IORING_ENTER_GETEVENTS = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
/** Koffi throws when more than 256 calls are under way off the loop; others may use it too. */
const CALLS_OFF_LOOP_MAX = 32;

export interface SystemCalls {
  readonly addresses: BufferAddresses;
  /** `RUN_MAX` entries. Every call that takes its memory from here is over when it returns. */
  readonly vectors: IoVectors;

  /** Reads without waiting for the disk: bytes read, perhaps fewer than `target` holds, or -errno. Uses the first of `vectors`. */
  readonly readNoWait: (fd: number, target: Uint8Array, offset: number) => number;

  /** The same for neighbours: fills the memory that the first `count` of `vectors` name, one after the other. */
  readonly readRunNoWait: (fd: number, count: number, offset: number) => number;

  /** Writes: bytes written, perhaps fewer than `source` holds, or -errno. Uses the first of `vectors`. */
  readonly write: (fd: number, source: Uint8Array, offset: number) => number;

  /** The same for neighbours: writes the memory that the first `count` of `vectors` name, one after the other. */
  readonly writeRun: (fd: number, count: number, offset: number) => number;

  /** Where the next data (`SEEK_DATA`) or hole (`SEEK_HOLE`) at or after `offset` starts, or the end of the file (`SEEK_END`, `offset` 0); or -errno. */
  readonly seek: (fd: number, offset: number, whence: number) => number;

  /** Changes the allocation of a range. Rejects with an error that has Node's `code`. */
  readonly fallocate: (fd: number, mode: number, offset: number, length: number) => Promise<void>;

  /** Tells the kernel that a range will be read soon. */
  readonly willNeed: (fd: number, offset: number, length: number) => Promise<void>;

  /** Makes a ring of io_uring and fills `params`, 120 bytes. Its descriptor, or -errno. */
  readonly ringSetup: (entries: number, params: Uint8Array) => number;

  /** Submits entries and waits until `completed` are done. How many were submitted, or -errno. */
  readonly ringEnter: (ring: number, submit: number, completed: number) => number;

  /** Memory shared with the kernel, until `ringUnmap`. Throws when it cannot be mapped. */
  readonly ringMap: (ring: number, length: number, offset: number) => ArrayBuffer;

  /** Gives back what `ringMap` answered. Whoever touches it afterwards ends the process. */
  readonly ringUnmap: (memory: ArrayBuffer) => void;

  /** Closes the descriptor of a ring, which ends when its memory is given back, too. */
  readonly ringClose: (ring: number) => void;
}

/** The calls, or `undefined` where koffi is not installed or this is not a Linux of the right kind. */
export async function loadSystemCalls(): Promise<SystemCalls | undefined> {
  // The layouts and the width of arguments are those of 64-bit little-endian Linux.
  const known = process.arch === 'x64' || process.arch === 'arm64' || process.arch === 'riscv64';
  if (process.platform !== 'linux' || !known || endianness() !== 'LE') return undefined;
  try {
    return bind((await import('koffi')).default);
  } catch {
    // Optional: the driver says, in its notices, what it cannot do without.
    return undefined;
  }
}

type Koffi = typeof import('koffi')['default'];
type Call = (...words: number[]) => number;
type Callback = (error: Error | null, result: number) => void;
type CallOffLoop = (...words: [...number[], Callback]) => void;

function bind(koffi: Koffi): SystemCalls {
  const libc = koffi.load(null);
  const preadv2 = libc.func('preadv2', 'int64_t', words(5)) as Call;
  const pwritev = libc.func('pwritev', 'int64_t', words(4)) as Call;
  const lseek = libc.func('lseek', 'int64_t', words(3)) as Call;
  const fallocate = libc.func('fallocate', 'int', words(4)).async as CallOffLoop;
  const fadvise = libc.func('posix_fadvise', 'int', words(4)).async as CallOffLoop;
  const syscall = libc.func('syscall', 'int64_t', words(7)) as Call;
  const mmap = libc.func('mmap', 'int64_t', words(6)) as Call;
  const munmap = libc.func('munmap', 'int', words(2)) as Call;
  const close = libc.func('close', 'int', words(1)) as Call;

  const addressOf = (value: unknown) => Number(koffi.address(value));
  const addresses = new BufferAddresses((buffer) =>
    // A shared buffer has an address only through a view.
    addressOf(buffer instanceof ArrayBuffer ? buffer : new Uint8Array(buffer)),
  );
  const checked = (result: number) => (result < 0 ? -koffi.errno() : result);
  const offLoop = limiter(CALLS_OFF_LOOP_MAX);
  const vectors = new IoVectors(RUN_MAX, addresses);
  const firstVector = vectors.addressOf(0);
  const readRunNoWait = (fd: number, count: number, offset: number) =>
    checked(preadv2(fd, firstVector, count, offset, RWF_NOWAIT));
  const writeRun = (fd: number, count: number, offset: number) =>
    checked(pwritev(fd, firstVector, count, offset));

  return {
    addresses,
    vectors,

    readNoWait(fd, target, offset) {
      vectors.set(0, target);
      return readRunNoWait(fd, 1, offset);
    },

    readRunNoWait,

    write(fd, source, offset) {
      vectors.set(0, source);
      return writeRun(fd, 1, offset);
    },

    writeRun,

    seek: (fd, offset, whence) => checked(lseek(fd, offset, whence)),

    fallocate: (fd, mode, offset, length) =>
      offLoop(
        () =>
          new Promise((resolve, reject) => {
            fallocate(fd, mode, offset, length, (fault, result) => {
              // The error number is that of this call: koffi carries it over from the other thread.
              if (fault !== null) reject(fault);
              else if (result < 0) reject(systemError('fallocate', koffi.errno()));
              else resolve();
            });
          }),
      ),

    willNeed: (fd, offset, length) =>
      offLoop(
        () =>
          new Promise((resolve, reject) => {
            fadvise(fd, offset, length, POSIX_FADV_WILLNEED, (fault, errno) => {
              if (fault !== null) reject(fault);
              else if (errno !== 0) reject(systemError('posix_fadvise', errno));
              else resolve();
            });
          }),
      ),

    ringSetup: (entries, params) =>
      checked(syscall(SYS_IO_URING_SETUP, entries, addressOf(params), 0, 0, 0, 0)),

    ringEnter: (ring, submit, completed) =>
      checked(syscall(SYS_IO_URING_ENTER, ring, submit, completed, IORING_ENTER_GETEVENTS, 0, 0)),

    ringMap(ring, length, offset) {
      const address = checked(mmap(0, length, PROT_READ_WRITE, MAP_SHARED, ring, offset));
      if (address < 0) throw systemError('mmap', -address);
      return koffi.view(BigInt(address), length);
    },

    ringUnmap(memory) {
      munmap(addressOf(memory), memory.byteLength);
    },

    ringClose(ring) {
      close(ring);
    },
  };
}

/** The types of `count` arguments: descriptors, flags and addresses all travel as whole words. */
function words(count: number): string[] {
  return Array.from({ length: count }, () => 'int64_t');
}

/** An error as Node's file system would throw it. */
function systemError(call: string, errno: number): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${call} answered ${code}`), { code });
}
