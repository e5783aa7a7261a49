/**
 * The bytes of a chunk of which only some were written: memory for the pages in which those lie, until they are so many
 * that the whole chunk takes little more. What was never written is zeroes.
 */
import type { ChunkPool } from './chunk-pool.ts';

/** Bytes of a page at the most: what file systems write at the least. */
const PAGE_BYTES_MAX = 4096;
/** So many pages a chunk has at the least. */
const PAGES_MIN = 16;
/** Of more than this part of the chunk, the whole is held. */
const PAGED_PART_MAX = 1 / 4;

export interface Piece {
  /** Bytes from the start of the chunk. */
  readonly from: number;
  readonly length: number;
  /** Undefined: zeroes. */
  readonly bytes: Uint8Array | undefined;
}

export class PagedBytes {
  readonly #pool: ChunkPool;
  readonly #length: number;
  readonly #pageBytes: number;
  /** By their number; of those that are not there all bytes are zero. Empty when the chunk is held as a whole. */
  #pages = new Map<number, Uint8Array>();
  #whole: Uint8Array | undefined;

  /** All zeroes. `pool` has memory for the whole, a power of two. */
  constructor(pool: ChunkPool) {
    this.#pool = pool;
    this.#length = pool.chunkBytes;
    this.#pageBytes = Math.min(PAGE_BYTES_MAX, this.#length / PAGES_MIN);
  }

  /** Bytes of memory that it takes. */
  memory(): number {
    return this.#whole?.length ?? this.#pages.size * this.#pageBytes;
  }

  /** The same of what is from `from` to `to`. */
  memoryOf(from: number, to: number): number {
    if (this.#whole !== undefined) return to - from;
    let memory = 0;
    for (let at = from - (from % this.#pageBytes); at < to; at += this.#pageBytes) {
      if (this.#pages.has(at / this.#pageBytes)) memory += this.#pageBytes;
    }
    return memory;
  }

  /** Hot path. */
  write(source: Uint8Array, at: number): void {
    const whole = this.#whole ?? this.#wholeFor(source);
    if (whole === undefined) this.#writePages(source, at);
    else whole.set(source, at);
  }

  /** Lets go of the pages that lie in the range. */
  zero(from: number, to: number): void {
    this.#whole?.fill(0, from, to);
    const pageBytes = this.#pageBytes;
    for (const [number, page] of this.#pages) {
      const start = number * pageBytes;
      if (from <= start && to >= start + pageBytes) this.#pages.delete(number);
      else page.fill(0, Math.max(from - start, 0), Math.max(to - start, 0));
    }
  }

  /** Fills `target` with what begins at `from`. */
  read(target: Uint8Array, from: number): void {
    if (this.#whole !== undefined) {
      target.set(this.#whole.subarray(from, from + target.length));
      return;
    }
    for (let at = 0; at < target.length; ) {
      const { page, inPage, length } = this.#piece(from + at, target.length - at);
      if (page === undefined) target.fill(0, at, at + length);
      else target.set(page.subarray(inPage, inPage + length), at);
      at += length;
    }
  }

  /** What is from `from` to `to`, in pieces that are not copied; those without bytes are zeroes. */
  *pieces(from: number, to: number): Generator<Piece> {
    if (this.#whole !== undefined) {
      yield { from, length: to - from, bytes: this.#whole.subarray(from, to) };
      return;
    }
    let zeroesFrom = from;
    for (let at = from; at < to; ) {
      const { page, inPage, length } = this.#piece(at, to - at);
      if (page !== undefined) {
        if (zeroesFrom < at) yield { from: zeroesFrom, length: at - zeroesFrom, bytes: undefined };
        yield { from: at, length, bytes: page.subarray(inPage, inPage + length) };
        zeroesFrom = at + length;
      }
      at += length;
    }
    if (zeroesFrom < to) yield { from: zeroesFrom, length: to - zeroesFrom, bytes: undefined };
  }

  /** All of it in one piece, memory of the pool, a copy or not; undefined: it is all zeroes. */
  content(): Uint8Array | undefined {
    if (this.memory() === 0) return undefined;
    const content = this.#whole ?? this.#copy();
    return isZero(content) ? undefined : content;
  }

  /** Undefined: with `source` it is still worth to hold pages. */
  #wholeFor({ length }: Uint8Array): Uint8Array | undefined {
    if (this.memory() + length <= this.#length * PAGED_PART_MAX) return undefined;
    this.#whole = length === this.#length ? this.#pool.take() : this.#copy();
    this.#pages.clear();
    return this.#whole;
  }

  #copy(): Uint8Array {
    const copy = this.#pool.takeZeroes();
    for (const [number, page] of this.#pages) copy.set(page, number * this.#pageBytes);
    return copy;
  }

  #writePages(source: Uint8Array, at: number): void {
    for (let done = 0; done < source.length; ) {
      const { number, page, inPage, length } = this.#piece(at + done, source.length - done);
      const target = page ?? this.#addPage(number);
      target.set(source.subarray(done, done + length), inPage);
      done += length;
    }
  }

  #addPage(number: number): Uint8Array {
    const page = new Uint8Array(this.#pageBytes);
    this.#pages.set(number, page);
    return page;
  }

  /** What of `length` bytes from `at` on lies in one page. */
  #piece(at: number, length: number) {
    const number = Math.floor(at / this.#pageBytes);
    const inPage = at - number * this.#pageBytes;
    return {
      number,
      page: this.#pages.get(number),
      inPage,
      length: Math.min(this.#pageBytes - inPage, length),
    };
  }
}

/** Of memory whose length is a multiple of 4. */
function isZero(bytes: Uint8Array): boolean {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
  return true;
}
