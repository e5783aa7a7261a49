/**
 * A sparse disk in memory.
 */
import type { Driver, Extent } from '@nbd/driver';
import { dataExtent, holeExtent } from '@nbd/driver';
import { PAGE_BYTES, PageTable } from './page-table.ts';

export interface MemoryDriverOptions {
  /** Size of the disk: any safe integer of at least 0, in bytes. It costs nothing until it is written. */
  readonly size: number;
}

/**
 * A disk in memory. It starts as zeroes, takes memory in pages of 64 KiB as it is written, gives them
 * back when they are trimmed, and is gone when the process is. All answers are given at once.
 *
 * `trim` makes the range read as zeroes. `zero` does so without a request being refused as slow, and
 * takes memory for the whole range unless it may become a hole.
 *
 * Throws a `RangeError` when `size` is not such an integer.
 */
export function memoryDriver(options: MemoryDriverOptions): Driver {
  let size = options.size;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RangeError(`memory disk: expected a size of 0 to 2^53 - 1, found ${size}`);
  }
  const pages = new PageTable();

  return {
    get size() {
      return size;
    },
    fua: 'native', // memory has no more stable place to go
    multiConn: true,
    retainsSource: false,
    fillsTarget: true,

    read(target, offset) {
      readPages(pages, target, offset);
    },

    write(source, offset) {
      writePages(pages, source, offset);
    },

    flush() {},

    trim(offset, length) {
      discard(pages, offset, endOfDisk(offset + length, size));
    },

    zero(offset, length, { mayTrim }) {
      if (mayTrim) discard(pages, offset, endOfDisk(offset + length, size));
      else clear(pages, offset, offset + length);
    },

    extents(offset, length) {
      return extentsFrom(pages, offset, offset + length, size);
    },

    resize(newSize) {
      // The rest of the last page is cleared with the pages behind it, so that growth finds zeroes.
      if (newSize < size) discard(pages, newSize, endOfPage(size));
      size = newSize;
    },
  };
}

/** Hot path: a read that lies in one page, as most do, makes one `subarray` and nothing else. */
function readPages(pages: PageTable, target: Uint8Array, offset: number): void {
  let page = Math.floor(offset / PAGE_BYTES);
  let at = offset % PAGE_BYTES;
  for (let done = 0; done < target.length; page += 1, at = 0) {
    const length = Math.min(PAGE_BYTES - at, target.length - done);
    const bytes = pages.find(page);
    if (bytes === undefined) target.fill(0, done, done + length);
    else target.set(bytes.subarray(at, at + length), done);
    done += length;
  }
}

function writePages(pages: PageTable, source: Uint8Array, offset: number): void {
  let page = Math.floor(offset / PAGE_BYTES);
  let at = offset % PAGE_BYTES;
  for (let done = 0; done < source.length; page += 1, at = 0) {
    const length = Math.min(PAGE_BYTES - at, source.length - done);
    const whole = done === 0 && length === source.length;
    pages.make(page).set(whole ? source : source.subarray(done, done + length), at);
    done += length;
  }
}

/** Makes the range zeroes that take memory. */
function clear(pages: PageTable, offset: number, end: number): void {
  for (let from = offset; from < end; from = endOfPage(from + 1)) {
    const at = from % PAGE_BYTES;
    pages.make(Math.floor(from / PAGE_BYTES)).fill(0, at, at + (end - from));
  }
}

/** Makes the range zeroes, and frees the pages that lie in it whole. Ranges without pages cost nothing. */
function discard(pages: PageTable, offset: number, end: number): void {
  const firstWhole = endOfPage(offset) / PAGE_BYTES;
  const lastWhole = Math.floor(end / PAGE_BYTES);
  if (firstWhole > lastWhole) {
    clearIfThere(pages, offset, end);
    return;
  }
  clearIfThere(pages, offset, firstWhole * PAGE_BYTES);
  pages.free(firstWhole, lastWhole);
  clearIfThere(pages, lastWhole * PAGE_BYTES, end);
}

/** Clears a range inside one page. */
function clearIfThere(pages: PageTable, offset: number, end: number): void {
  const at = offset % PAGE_BYTES;
  pages.find(Math.floor(offset / PAGE_BYTES))?.fill(0, at, at + (end - offset));
}

/** The next border between pages, which may be `offset` itself. */
function endOfPage(offset: number): number {
  return Math.ceil(offset / PAGE_BYTES) * PAGE_BYTES;
}

/** A range up to the end of the disk takes in the whole of its last page. */
function endOfDisk(end: number, size: number): number {
  return end === size ? endOfPage(size) : end;
}

/** Runs of pages that exist and of pages that do not, found as they are asked for. */
function* extentsFrom(
  pages: PageTable,
  offset: number,
  end: number,
  size: number,
): Generator<Extent> {
  for (let from = offset; from < end; ) {
    const page = Math.floor(from / PAGE_BYTES);
    const hole = pages.find(page) === undefined;
    const next = hole ? pages.next(page) : nextHole(pages, page, endOfPage(end) / PAGE_BYTES);
    const to = Math.min(next * PAGE_BYTES, size);
    yield hole ? holeExtent(to - from) : dataExtent(to - from);
    from = to;
  }
}

/** The first page from `page` on that does not exist, or `end`: the rest of a long run is not of interest. */
function nextHole(pages: PageTable, page: number, end: number): number {
  let next = page;
  while (next < end && pages.find(next) !== undefined) next += 1;
  return next;
}
