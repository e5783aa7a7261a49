/**
 * A disk in memory as one thread sees it, among others that serve it.
 *
 * Hot path: a read or a write makes one `subarray` for each page, and nothing else.
 */
import {
  type BatchedRead,
  type Driver,
  DriverError,
  type Extent,
  type ZeroOptions,
} from '@nbd/driver';
import { sharedExtents } from './shared-extents.ts';
import { PAGE_BYTES, type SharedMemory, TABLE_PAGES, Word } from './shared-memory.ts';
import { pageAt, pageFrom, SharedPages } from './shared-pages.ts';
import { SharedUse } from './shared-use.ts';
import { placeOf, Slots } from './slots.ts';

/** What one table tells of: at most so much is trimmed in one go, while the other threads wait. */
const TABLE_RANGE_BYTES = TABLE_PAGES * PAGE_BYTES;

export class SharedMemoryDisk implements Driver {
  readonly fua = 'native'; // memory has no more stable place to go
  readonly multiConn = true;
  readonly retainsSource = false;
  readonly fillsTarget = true;
  readonly #sizes: BigInt64Array;
  readonly #use: SharedUse;
  readonly #slots: Slots;
  readonly #pages: SharedPages;

  constructor({ control, root, banks }: SharedMemory) {
    const words = new Int32Array(control);
    this.#sizes = new BigInt64Array(control);
    this.#use = new SharedUse(words);
    this.#slots = new Slots(words, banks);
    this.#pages = new SharedPages(this.#slots, root);
  }

  get size(): number {
    return Number(Atomics.load(this.#sizes, Word.SIZE));
  }

  read(target: Uint8Array, offset: number): void {
    this.#use.begin();
    try {
      this.#read(target, offset);
    } finally {
      this.#use.end();
    }
  }

  readBatch(reads: readonly BatchedRead[]): void {
    this.#use.begin();
    try {
      for (const { target, offset } of reads) this.#read(target, offset);
    } finally {
      this.#use.end();
    }
  }

  write(source: Uint8Array, offset: number): void {
    this.#use.begin();
    try {
      this.#mustFit(offset, source.length);
      this.#write(source, offset);
    } finally {
      this.#use.end();
    }
  }

  flush(): void {}

  trim(offset: number, length: number): void {
    this.#discard(offset, offset + length);
  }

  zero(offset: number, length: number, { mayTrim }: ZeroOptions): void {
    if (mayTrim) {
      this.#discard(offset, offset + length);
      return;
    }
    this.#use.begin();
    try {
      this.#mustFit(offset, length);
      this.#clearAndReserve(offset, offset + length);
    } finally {
      this.#use.end();
    }
  }

  extents(offset: number, length: number): Iterable<Extent> {
    return sharedExtents(this.#use, this.#pages, offset, Math.min(offset + length, this.size));
  }

  resize(size: number): void {
    this.#use.alone(() => {
      // The rest of the last page is cleared with the pages behind it, so that growth finds zeroes.
      if (size < this.size) this.#discardAlone(size, pageFrom(this.size) * PAGE_BYTES);
      Atomics.store(this.#sizes, Word.SIZE, BigInt(size));
    });
  }

  close(): void {
    this.#use.leave();
  }

  /** Another thread may have made the disk smaller since the request was checked. */
  #mustFit(offset: number, length: number): void {
    const { size } = this;
    if (offset + length <= size) return;
    throw new DriverError(
      'ENOSPC',
      `shared memory disk: ${length} bytes at ${offset}: it has shrunk to ${size}`,
    );
  }

  #read(target: Uint8Array, offset: number): void {
    let page = pageAt(offset);
    let at = offset - page * PAGE_BYTES; // a remainder of large numbers is dear
    for (let done = 0; done < target.length; page += 1, at = 0) {
      const length = Math.min(PAGE_BYTES - at, target.length - done);
      const slot = this.#pages.find(page);
      if (slot === 0) target.fill(0, done, done + length);
      else {
        const from = placeOf(slot) + at;
        target.set(this.#slots.bankOf(slot).subarray(from, from + length), done);
      }
      done += length;
    }
  }

  #write(source: Uint8Array, offset: number): void {
    let page = pageAt(offset);
    let at = offset - page * PAGE_BYTES;
    for (let done = 0; done < source.length; page += 1, at = 0) {
      const length = Math.min(PAGE_BYTES - at, source.length - done);
      const part = length === source.length ? source : source.subarray(done, done + length);
      const slot = this.#pages.findToWrite(page);
      if (slot !== 0) this.#slots.bankOf(slot).set(part, placeOf(slot) + at);
      else this.#writeNew(page, part, at);
      done += length;
    }
  }

  /** Others see the page when it has all of its bytes. */
  #writeNew(page: number, part: Uint8Array, at: number): void {
    this.#pages.makeRoom(page);
    const slot = this.#slots.take(part.length < PAGE_BYTES);
    this.#slots.bankOf(slot).set(part, placeOf(slot) + at);
    if (this.#pages.put(page, slot, 'written')) return;
    this.#slots.giveBack(slot);
    const faster = this.#pages.findToWrite(page);
    this.#slots.bankOf(faster).set(part, placeOf(faster) + at);
  }

  #clearAndReserve(offset: number, end: number): void {
    for (let from = offset; from < end; ) {
      const page = pageAt(from);
      const to = Math.min((page + 1) * PAGE_BYTES, end);
      if (this.#pages.stateOf(page) !== 'absent' || !this.#reserve(page)) this.#clear(from, to);
      from = to;
    }
  }

  /** Answers whether the page is all zeroes: not if another thread has made it in the meantime. */
  #reserve(page: number): boolean {
    this.#pages.makeRoom(page);
    const slot = this.#slots.take(true);
    if (this.#pages.put(page, slot, 'unwritten')) return true;
    this.#slots.giveBack(slot);
    return false;
  }

  /** Makes a range inside one page zeroes. */
  #clear(offset: number, end: number): void {
    const page = pageAt(offset);
    if (offset === end || this.#pages.stateOf(page) !== 'written') return;
    const slot = this.#pages.find(page);
    const at = placeOf(slot) - page * PAGE_BYTES;
    this.#slots.bankOf(slot).fill(0, at + offset, at + end);
  }

  /** Makes the range zeroes, and frees the pages that lie in it whole. Ranges without pages cost next to nothing. */
  #discard(offset: number, end: number): void {
    for (let from = this.#nextPresent(offset, end); from < end; ) {
      const to = Math.min(end, (Math.floor(from / TABLE_RANGE_BYTES) + 1) * TABLE_RANGE_BYTES);
      this.#use.alone(() => this.#discardAlone(from, to));
      from = this.#nextPresent(to, end);
    }
  }

  /** The first offset from `offset` on that lies in a page that is there, or `end` or more. */
  #nextPresent(offset: number, end: number): number {
    this.#use.begin();
    try {
      return Math.max(offset, this.#pages.next(pageAt(offset), pageFrom(end)) * PAGE_BYTES);
    } finally {
      this.#use.end();
    }
  }

  /** A range up to the end of the disk takes in the whole of its last page. */
  #discardAlone(offset: number, end: number): void {
    const firstWhole = pageFrom(offset);
    const endWhole = end === this.size ? pageFrom(end) : pageAt(end);
    if (firstWhole > endWhole) {
      this.#clear(offset, end);
      return;
    }
    this.#clear(offset, Math.min(firstWhole * PAGE_BYTES, end));
    this.#pages.free(firstWhole, endWhole);
    this.#clear(Math.min(endWhole * PAGE_BYTES, end), end);
  }
}
