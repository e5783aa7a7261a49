/**
 * A sparse disk in memory.
 */
import type { Driver, Extent } from '@nbd/driver';
import { dataExtent } from '@nbd/driver';
import { CHUNK_BYTES, PAGE_BYTES, PageTable } from './page-table.ts';
import { readBatch, readPages } from './read-pages.ts';
import { RangeSet } from './range-set.ts';

export interface MemoryDriverOptions {
  /** Size of the disk: any safe integer of at least 0, in bytes. It costs nothing until it is written. */
  readonly size: number;
}

/**
 * A disk in memory. It starts as zeroes, takes memory as it is written, and is gone when the process is.
 * It is kept in pages of 64 KiB, which are freed when they are trimmed; their memory is given back when sixteen
 * neighbours are gone. All answers are given at once.
 *
 * `trim` makes the range read as zeroes. So does `zero`, which is fast for a range of any length: unless the
 * range may become a hole, its pages are reserved, which is to say that the map shows them as allocated.
 * Memory is taken when they are written all the same, as JavaScript knows no other way to have it. A write for which
 * there is none fails with ENOMEM.
 *
 * Throws a `RangeError` when `size` is not such an integer.
 */
export function memoryDriver(options: MemoryDriverOptions): Driver {
  let size = options.size;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RangeError(`memory disk: expected a size of 0 to 2^53 - 1, found ${size}`);
  }
  const disk: Sparse = { pages: new PageTable(), reserved: new RangeSet() };

  return {
    get size() {
      return size;
    },
    fua: 'native', // memory has no more stable place to go
    multiConn: true,
    retainsSource: false,
    fillsTarget: true,
    lendsViews: true,

    read(target, offset) {
      readPages(disk.pages, target, offset);
    },

    readBatch(reads) {
      readBatch(disk.pages, reads);
    },

    write(source, offset) {
      writePages(disk.pages, source, offset);
    },

    flush() {},

    trim(offset, length) {
      discard(disk, offset, endOfDisk(offset + length, size));
    },

    zero(offset, length, { mayTrim }) {
      discard(disk, offset, endOfDisk(offset + length, size));
      if (!mayTrim) reserve(disk, offset, offset + length);
    },

    extents(offset, length) {
      return extentsFrom(disk, offset, offset + length, size);
    },

    resize(newSize) {
      // The rest of the last page is cleared with the pages behind it, so that growth finds zeroes.
      if (newSize < size) discard(disk, newSize, endOfPage(size));
      size = newSize;
    },
  };
}

interface Sparse {
  /** What was written. */
  readonly pages: PageTable;
  /** The numbers of pages that count as allocated, whether they exist or not. */
  readonly reserved: RangeSet;
}

function writePages(pages: PageTable, source: Uint8Array, offset: number): void {
  let chunk = Math.floor(offset / CHUNK_BYTES);
  let at = offset - chunk * CHUNK_BYTES;
  for (let done = 0; done < source.length; chunk += 1, at = 0) {
    const length = Math.min(CHUNK_BYTES - at, source.length - done);
    const whole = done === 0 && length === source.length;
    const first = Math.floor((offset + done) / PAGE_BYTES);
    const end = endOfPage(offset + done + length) / PAGE_BYTES;
    pages.make(first, end).set(whole ? source : source.subarray(done, done + length), at);
    done += length;
  }
}

/** Marks all pages that have a part in the range. */
function reserve({ reserved }: Sparse, offset: number, end: number): void {
  reserved.add(Math.floor(offset / PAGE_BYTES), endOfPage(end) / PAGE_BYTES);
}

/** Makes the range zeroes, and frees the pages that lie in it whole. Ranges without pages cost nothing. */
function discard({ pages, reserved }: Sparse, offset: number, end: number): void {
  const firstWhole = endOfPage(offset) / PAGE_BYTES;
  const lastWhole = Math.floor(end / PAGE_BYTES);
  if (firstWhole > lastWhole) {
    clearIfThere(pages, offset, end);
    return;
  }
  clearIfThere(pages, offset, firstWhole * PAGE_BYTES);
  pages.free(firstWhole, lastWhole);
  reserved.delete(firstWhole, lastWhole);
  clearIfThere(pages, lastWhole * PAGE_BYTES, end);
}

/** Clears a range inside one page. */
function clearIfThere(pages: PageTable, offset: number, end: number): void {
  if (end === offset || !pages.has(Math.floor(offset / PAGE_BYTES))) return;
  const at = offset % CHUNK_BYTES;
  pages.find(Math.floor(offset / CHUNK_BYTES))?.fill(0, at, at + (end - offset));
}

/** The next border between pages, which may be `offset` itself. */
function endOfPage(offset: number): number {
  return Math.ceil(offset / PAGE_BYTES) * PAGE_BYTES;
}

/** A range up to the end of the disk takes in the whole of its last page. */
function endOfDisk(end: number, size: number): number {
  return end === size ? endOfPage(size) : end;
}

/** Runs of pages that exist, that are reserved, and that are neither, found as they are asked for. */
function* extentsFrom(
  { pages, reserved }: Sparse,
  offset: number,
  end: number,
  size: number,
): Generator<Extent> {
  for (let from = offset; from < end; ) {
    const page = Math.floor(from / PAGE_BYTES);
    const exists = pages.has(page);
    const next = exists
      ? nextAbsent(pages, page, endOfPage(end) / PAGE_BYTES)
      : Math.min(pages.next(page), reserved.nextBorder(page));
    const to = Math.min(next * PAGE_BYTES, size);
    const length = to - from;
    yield exists ? dataExtent(length) : { length, hole: !reserved.has(page), zero: true };
    from = to;
  }
}

/** The first page from `page` on that does not exist, or `end`: the rest of a long run is not of interest. */
function nextAbsent(pages: PageTable, page: number, end: number): number {
  let next = page;
  while (next < end && pages.has(next)) next += 1;
  return next;
}
