/**
 * The pages of a disk that threads share, by number. A table of entries has the slot of each page of a
 * GiB; the root has the slots of the tables. Tables are made when they are needed, and stay.
 *
 *   entry   0, or twice the slot of the page, and 1 if it was never written: all zeroes
 *
 * All methods but those that say otherwise are for a user of the disk, see `SharedUse`.
 */
import { PAGE_BYTES, TABLE_PAGES } from './shared-memory.ts';
import { placeOf, type Slots } from './slots.ts';

const UNWRITTEN = 1;

export type PageState = 'absent' | 'unwritten' | 'written';

export class SharedPages {
  readonly #slots: Slots;
  readonly #root: Int32Array;
  /** The tables that this thread has seen, by number. */
  readonly #tables = new Map<number, Int32Array>();
  /** The one that was asked for last. */
  #table: Int32Array | undefined;
  #tableNumber = -1;

  constructor(slots: Slots, root: SharedArrayBuffer) {
    this.#slots = slots;
    this.#root = new Int32Array(root);
  }

  stateOf(page: number): PageState {
    const entry = this.#entryOf(page);
    if (entry === 0) return 'absent';
    return (entry & UNWRITTEN) === 0 ? 'written' : 'unwritten';
  }

  /** The slot of a page; 0 if it is absent. */
  find(page: number): number {
    return this.#entryOf(page) >>> 1;
  }

  /** The slot of a page that is about to be written, if it is there; else 0. From now on it counts as written. */
  findToWrite(page: number): number {
    const table = this.#find(tableOf(page));
    if (table === undefined) return 0;
    const at = page % TABLE_PAGES;
    const entry = Atomics.load(table, at);
    if ((entry & UNWRITTEN) !== 0) Atomics.and(table, at, ~UNWRITTEN);
    return entry >>> 1;
  }

  /** Makes the table in which the page has its entry, if it is not there. To be done before `put`. Throws as `Slots.take`. */
  makeRoom(page: number): void {
    const number = tableOf(page);
    if (this.#find(number) === undefined) this.#make(number);
  }

  /** Makes what is in `slot` the page, and answers true. Answers false if another thread was faster. */
  put(page: number, slot: number, state: 'unwritten' | 'written'): boolean {
    const table = this.#find(tableOf(page)) as Int32Array;
    const entry = slot * 2 + (state === 'unwritten' ? UNWRITTEN : 0);
    return Atomics.compareExchange(table, page % TABLE_PAGES, 0, entry) === 0;
  }

  /** Takes the pages from `first` up to, not including, `end` away. For who is alone with the disk. */
  free(first: number, end: number): void {
    for (let page = this.next(first, end); page < end; page = this.next(page + 1, end)) {
      const slot = this.find(page);
      Atomics.store(this.#find(tableOf(page)) as Int32Array, page % TABLE_PAGES, 0);
      this.#slots.giveBack(slot);
    }
  }

  /** The first page from `page` on that is there, or `end`. */
  next(page: number, end: number): number {
    const tablesEnd = Math.ceil(end / TABLE_PAGES);
    for (let number = tableOf(page); number < tablesEnd; number += 1) {
      const table = Atomics.load(this.#root, number) === 0 ? undefined : this.#find(number);
      if (table === undefined) continue;
      const start = number * TABLE_PAGES;
      const atEnd = Math.min(end - start, TABLE_PAGES);
      for (let at = Math.max(page - start, 0); at < atEnd; at += 1) {
        if (Atomics.load(table, at) !== 0) return start + at;
      }
    }
    return end;
  }

  #entryOf(page: number): number {
    const table = this.#find(tableOf(page));
    return table === undefined ? 0 : Atomics.load(table, page % TABLE_PAGES);
  }

  #find(number: number): Int32Array | undefined {
    if (number === this.#tableNumber) return this.#table;
    const table = this.#tables.get(number) ?? this.#discover(number);
    if (table === undefined) return undefined;
    this.#tableNumber = number;
    this.#table = table;
    return table;
  }

  /** A table that another thread may have made since. */
  #discover(number: number): Int32Array | undefined {
    const slot = Atomics.load(this.#root, number);
    if (slot === 0) return undefined;
    const table = new Int32Array(this.#slots.bankOf(slot).buffer, placeOf(slot), TABLE_PAGES);
    this.#tables.set(number, table);
    return table;
  }

  #make(number: number): void {
    const slot = this.#slots.take(true);
    if (Atomics.compareExchange(this.#root, number, 0, slot) !== 0) this.#slots.giveBack(slot);
  }
}

/** The number of the table that has the entry of a page. */
function tableOf(page: number): number {
  return Math.floor(page / TABLE_PAGES);
}

/** The number of the page that an offset lies in. */
export function pageAt(offset: number): number {
  return Math.floor(offset / PAGE_BYTES);
}

/** The number of the first page that begins at `offset` or behind it. */
export function pageFrom(offset: number): number {
  return Math.ceil(offset / PAGE_BYTES);
}
