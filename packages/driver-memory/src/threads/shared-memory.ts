/**
 * What the threads of one disk share, and where things stand in it.
 *
 *   control   the size, the locks, who uses the disk; 32-bit words, those that are written often on
 *             cache lines of their own
 *   root      for each GiB of the largest disk there can be, the slot of its table; 0: none
 *   banks     slots of 64 KiB: tables, which have the slot of each page, and the pages themselves
 */
import { type GrowableMemory, reserveMemory } from './growable-memory.ts';

/** Bytes in a page, and in a slot. */
export const PAGE_BYTES = 0x1_0000;
/** Pages of which one table tells: an entry of 32 bits each fills a slot. */
export const TABLE_PAGES: number = PAGE_BYTES / 4;
/** Slots in a bank of 1 GiB. */
export const BANK_SLOTS = 0x4000;

/** As many tables as the pages of 2^53 bytes need. */
const ROOT_ENTRIES = 2 ** 53 / (PAGE_BYTES * TABLE_PAGES);

/** Drivers that may be open on one disk at a time. */
export const SEATS = 128;

/** Places in the control words; a cache line has 16 of them. */
export const Word = {
  /** The size of the disk, in 64 bits. */
  SIZE: 0,
  GATE: 16,
  /** Nobody ever wakes who waits here. */
  PAUSE: 32,
  SLOTS_LOCK: 48,
  /** The first slot that was given back; the others follow, each in the first word of the one before. 0: none. */
  FREE_SLOT: 49,
  /** The first slot that was never taken. */
  NEXT_SLOT: 50,
  /** The first seat; the others follow, a line for each. */
  SEATS: 64,
} as const;

const SEAT_WORDS = 16;

/** The word of a seat. */
export function seatWord(seat: number): number {
  return Word.SEATS + seat * SEAT_WORDS;
}

/** Data and tables, bytes, that a disk of any size may take unless told otherwise. */
const CAPACITY_MAX = 64 * 2 ** 30;
/** For tables, and for growth by `resize`. */
const CAPACITY_SPARE = 2 ** 30;

export interface SharedMemoryOptions {
  /** Size of the disk: any safe integer of at least 0, in bytes. It costs nothing until it is written. */
  readonly size: number;
  /**
   * Bytes that may be written before a write is refused with ENOSPC, counted in pages of 64 KiB, and one
   * more page for each GiB of disk that has some. Default: `size` and 1 GiB, at most 64 GiB. So much address space is reserved.
   */
  readonly capacity?: number;
}

/**
 * The state of a disk in memory. It can be cloned, and so be posted to other threads; all the clones are one and
 * the same disk, which is gone with the last of them.
 */
export interface SharedMemory {
  readonly control: SharedArrayBuffer;
  readonly root: SharedArrayBuffer;
  readonly banks: readonly SharedArrayBuffer[];
}

/**
 * Makes the state of a disk, to be opened by `sharedMemoryDriver` in any number of threads.
 *
 * Throws a `RangeError` when `size` or `capacity` is not a safe integer of at least 0, and an `Error` when there
 * is not enough address space.
 */
export function sharedMemory({
  size,
  capacity = Math.min(size + CAPACITY_SPARE, CAPACITY_MAX),
}: SharedMemoryOptions): SharedMemory {
  checkBytes('size', size);
  checkBytes('capacity', capacity);
  const control = new SharedArrayBuffer(4 * seatWord(SEATS));
  const words = new Int32Array(control);
  words[Word.NEXT_SLOT] = 1; // slot 0 stands for none
  new BigInt64Array(control)[Word.SIZE] = BigInt(size);
  const banks: GrowableMemory[] = [];
  const slots = 1 + Math.ceil(capacity / PAGE_BYTES);
  for (let first = 0; first < slots; first += BANK_SLOTS) {
    banks.push(reserveMemory(Math.min(slots - first, BANK_SLOTS) * PAGE_BYTES));
  }
  return { control, root: new SharedArrayBuffer(4 * ROOT_ENTRIES), banks };
}

function checkBytes(what: string, bytes: number): void {
  if (Number.isSafeInteger(bytes) && bytes >= 0) return;
  throw new RangeError(
    `shared memory disk: expected a ${what} of 0 to 2^53 - 1 bytes, found ${bytes}`,
  );
}
