/**
 * The pages of a sparse disk, by number: only those that were made exist.
 *
 * Sixteen neighbours share a chunk of memory, which exists while one of them does. So there are few objects to
 * look at, and they stay in the processor's cache while the bytes of a large disk do not. What was never
 * touched of a chunk takes no memory of the machine. Chunks in turn are kept in groups (of 64 MiB of disk)
 * whose numbers are kept in order: a look-up costs one `Map.get` and one index at any size of disk, and a
 * search for the next page steps over an absent range of any size at once.
 *
 * The memory of a chunk may be lent. As long as it is held when the chunk is gone, it is kept for the next chunk of that
 * number: so it is never that of other pages, and whoever holds on to it keeps no more of it alive than the disk may have.
 */

import { DriverError } from '@nbd/driver';
import { LentChunks } from './lent-chunks.ts';

/** Bytes in a page. The last page of a disk is whole too; what lies beyond the end is never seen and stays zero. */
export const PAGE_BYTES = 0x1_0000;
const CHUNK_PAGES = 16;
/** Bytes in a chunk. */
export const CHUNK_BYTES: number = CHUNK_PAGES * PAGE_BYTES;
const GROUP_CHUNKS = 64;
const GROUP_PAGES = GROUP_CHUNKS * CHUNK_PAGES;

interface Chunk {
  /** All zeroes where a page does not exist. */
  readonly bytes: Uint8Array;
  /** A bit for each page that exists; not 0. */
  pages: number;
  isLent: boolean;
}

interface Group {
  /** By chunk number within the group. */
  readonly chunks: (Chunk | undefined)[];
  /** How many of them exist: at least 1. */
  count: number;
}

export class PageTable {
  readonly #groups = new Map<number, Group>();
  /** The keys of `#groups`, ascending. */
  readonly #order: number[] = [];
  readonly #lent = new LentChunks();

  /** The bytes of the chunk of that number; undefined if none of its pages exists. */
  find(chunk: number): Uint8Array | undefined {
    return this.#find(chunk)?.bytes;
  }

  /** The same, to be held by others for as long as they like. */
  lend(chunk: number): Uint8Array | undefined {
    const lent = this.#find(chunk);
    if (lent !== undefined) lent.isLent = true;
    return lent?.bytes;
  }

  has(page: number): boolean {
    const chunk = Math.floor(page / CHUNK_PAGES);
    return ((this.#find(chunk)?.pages ?? 0) & bitsOf(page, page + 1, chunk)) !== 0;
  }

  /**
   * Makes the pages from `first` up to, not including, `end`, which lie in one chunk, and answers the
   * bytes of that. A page that was not there is all zeroes. Throws `DriverError("ENOMEM")` if memory has run out.
   */
  make(first: number, end: number): Uint8Array {
    const number = Math.floor(first / CHUNK_PAGES);
    const chunk = this.#find(number) ?? this.#makeChunk(number);
    chunk.pages |= bitsOf(first, end, number);
    return chunk.bytes;
  }

  /** Frees the pages from `first` up to, not including, `end`. */
  free(first: number, end: number): void {
    for (let page = this.next(first); page < end; ) {
      const chunk = Math.floor(page / CHUNK_PAGES);
      const chunkEnd = Math.min(end, (chunk + 1) * CHUNK_PAGES);
      this.#freeInChunk(chunk, page, chunkEnd);
      page = this.next(chunkEnd);
    }
  }

  /** The first page that exists from `page` on; `Infinity` if there is none. */
  next(page: number): number {
    let at = page % GROUP_PAGES;
    for (let i = this.#place(Math.floor(page / GROUP_PAGES)); i < this.#order.length; i += 1) {
      const number = this.#order[i] as number;
      if (number * GROUP_PAGES > page) at = 0;
      const found = firstPage(this.#groups.get(number)?.chunks ?? [], at);
      if (found !== undefined) return number * GROUP_PAGES + found;
    }
    return Infinity;
  }

  #find(chunk: number): Chunk | undefined {
    const number = Math.floor(chunk / GROUP_CHUNKS);
    return this.#groups.get(number)?.chunks[chunk - number * GROUP_CHUNKS];
  }

  #makeChunk(chunk: number): Chunk {
    const held = this.#lent.take(chunk);
    const bytes = held?.fill(0) ?? allocateChunk();
    const made = { bytes, pages: 0, isLent: held !== undefined };
    const number = Math.floor(chunk / GROUP_CHUNKS);
    const group = this.#groups.get(number) ?? this.#makeGroup(number);
    group.chunks[chunk - number * GROUP_CHUNKS] = made;
    group.count += 1;
    return made;
  }

  #makeGroup(number: number): Group {
    const group: Group = { chunks: Array.from({ length: GROUP_CHUNKS }), count: 0 };
    this.#groups.set(number, group);
    this.#order.splice(this.#place(number), 0, number);
    return group;
  }

  /** Memory that other pages of the chunk still need is cleared instead of freed. */
  #freeInChunk(number: number, first: number, end: number): void {
    const chunk = this.#find(number);
    if (chunk === undefined) return;
    const freed = chunk.pages & bitsOf(first, end, number);
    if (freed === chunk.pages) {
      this.#freeChunk(number);
      return;
    }
    chunk.pages &= ~freed;
    for (let at = 0; at < CHUNK_PAGES; at += 1) {
      if ((freed & (1 << at)) !== 0) chunk.bytes.fill(0, at * PAGE_BYTES, (at + 1) * PAGE_BYTES);
    }
  }

  #freeChunk(chunk: number): void {
    const number = Math.floor(chunk / GROUP_CHUNKS);
    const group = this.#groups.get(number);
    if (group === undefined) return;
    const place = chunk - number * GROUP_CHUNKS;
    const freed = group.chunks[place];
    if (freed?.isLent === true) this.#lent.give(chunk, freed.bytes);
    group.chunks[place] = undefined;
    group.count -= 1;
    if (group.count > 0) return;
    this.#groups.delete(number);
    this.#order.splice(this.#place(number), 1);
  }

  /** Where in `#order` the first number stands that is at least `number`. */
  #place(number: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#order[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function allocateChunk(): Uint8Array {
  try {
    return new Uint8Array(CHUNK_BYTES);
  } catch (cause) {
    throw new DriverError('ENOMEM', 'memory disk: there is no more memory', { cause });
  }
}

/** The bits of the pages from `first` up to, not including, `end`, all of them in that chunk. */
function bitsOf(first: number, end: number, chunk: number): number {
  const start = chunk * CHUNK_PAGES;
  return (1 << (end - start)) - (1 << (first - start));
}

/** The first page of a group from `at` on that exists, by its number within the group. */
function firstPage(chunks: readonly (Chunk | undefined)[], at: number): number | undefined {
  for (let i = Math.floor(at / CHUNK_PAGES); i < chunks.length; i += 1) {
    const start = i * CHUNK_PAGES;
    const bits = (chunks[i]?.pages ?? 0) & (-1 << Math.max(at - start, 0));
    if (bits !== 0) return start + 31 - Math.clz32(bits & -bits);
  }
  return undefined;
}
