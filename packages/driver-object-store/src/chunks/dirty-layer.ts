/**
 * What was written to a chunk and is in no object yet: bytes, and which of them are valid. Where they are not, what
 * lies below shows through: an older layer, or the object.
 */
import type { ChunkPool } from './chunk-pool.ts';
import { PagedBytes, type Piece } from './paged-bytes.ts';

/** What a layer takes at the least, its objects included. */
const LAYER_BYTES_MIN = 1024;
/** For each border. */
const BORDER_BYTES = 8;
/** A chunk has one valid range for so many bytes, at most, if its layer is small: each is a change of its own. */
const RANGE_SPACING = 64;

/** What was valid in a layer. */
export interface ValidCopy {
  /** Bytes from the start of the chunk. */
  readonly from: number;
  readonly bytes: Uint8Array;
}

export class DirtyLayer {
  readonly #chunkBytes: number;
  readonly #bytes: PagedBytes;
  /** Ascending: in turn the start of a valid range and its end; ranges neither touch nor overlap. */
  readonly #borders: number[] = [];

  private constructor(pool: ChunkPool) {
    this.#chunkBytes = pool.chunkBytes;
    this.#bytes = new PagedBytes(pool);
  }

  /** Nothing is valid. */
  static open(pool: ChunkPool): DirtyLayer {
    return new DirtyLayer(pool);
  }

  /** All of it is zeroes, without memory. */
  static zeroes(pool: ChunkPool): DirtyLayer {
    const layer = new DirtyLayer(pool);
    layer.#borders.push(0, pool.chunkBytes);
    return layer;
  }

  /** Nothing below shows through. Hot path. */
  isFull(): boolean {
    return this.#borders[0] === 0 && this.#borders[1] === this.#chunkBytes;
  }

  /** Bytes of memory that it takes. */
  memory(): number {
    return this.#bytes.memory();
  }

  /** Bytes of memory that what is from `from` to `to` takes. */
  memoryOf(from: number, to: number): number {
    return this.#bytes.memoryOf(from, to);
  }

  /** What it takes with all that goes with them, about. Never 0. */
  room(): number {
    return Math.max(this.memory() + BORDER_BYTES * this.#borders.length, LAYER_BYTES_MIN);
  }

  /** A few pages, or some zeroes: what is better put together with other such layers than as a chunk. */
  isSmall(): boolean {
    const memory = this.memory();
    if (this.#borders.length > (2 * this.#chunkBytes) / RANGE_SPACING) return false;
    return memory < this.#chunkBytes && (memory > 0 || !this.isFull());
  }

  /** What is there from `from` to `to`, all of which is valid. */
  piecesOf(from: number, to: number): Generator<Piece> {
    return this.#bytes.pieces(from, to);
  }

  /** What is valid. */
  *pieces(): Generator<Piece> {
    for (let i = 0; i < this.#borders.length; i += 2) {
      yield* this.#bytes.pieces(this.#borders[i] as number, this.#borders[i + 1] as number);
    }
  }

  /** Hot path. */
  covers(from: number, to: number): boolean {
    const range = this.#rangeFrom(to);
    return range < this.#borders.length && (this.#borders[range] as number) <= from;
  }

  /** Hot path. */
  write(source: Uint8Array, at: number): void {
    this.#bytes.write(source, at);
    this.#validate(at, at + source.length);
  }

  zero(from: number, to: number): void {
    this.#bytes.zero(from, to);
    this.#validate(from, to);
  }

  /** Puts what is valid over `target`, which holds the chunk from `from` on. */
  overlay(target: Uint8Array, from: number): void {
    const to = from + target.length;
    for (let i = this.#rangeFrom(from); i < this.#borders.length; i += 2) {
      const start = Math.max(this.#borders[i] as number, from);
      const end = Math.min(this.#borders[i + 1] as number, to);
      if (start >= to) break;
      if (start < end) this.#bytes.read(target.subarray(start - from, end - from), start);
    }
  }

  /** Copies of what is valid from `from` to `to`, for later: memory of the layer is used again once it is uploaded. */
  copyOf(from: number, to: number): readonly ValidCopy[] {
    const copies: ValidCopy[] = [];
    for (let i = this.#rangeFrom(from); i < this.#borders.length; i += 2) {
      const start = Math.max(this.#borders[i] as number, from);
      const end = Math.min(this.#borders[i + 1] as number, to);
      if (start >= to) break;
      if (start >= end) continue;
      const bytes = new Uint8Array(end - start);
      this.#bytes.read(bytes, start);
      copies.push({ from: start, bytes });
    }
    return copies;
  }

  /** Takes in a part of the chunk as it became. */
  apply({ from, length, bytes }: Piece): void {
    if (bytes === undefined) this.zero(from, from + length);
    else this.write(bytes, from);
  }

  /** Takes in a layer that was written later. */
  absorb(above: DirtyLayer): void {
    for (const piece of above.pieces()) this.apply(piece);
  }

  /** Fills what is not valid from the chunk below; undefined: from zeroes. */
  fillFrom(below: Uint8Array | undefined): void {
    if (this.isFull()) return;
    let from = 0;
    for (const border of [...this.#borders, this.#chunkBytes, this.#chunkBytes]) {
      // Borders come in pairs: up to the first of a pair there is a gap.
      if (from === -1) {
        from = border;
        continue;
      }
      if (below !== undefined && from < border) {
        this.#bytes.write(below.subarray(from, border), from);
      }
      from = -1;
    }
    this.#validate(0, this.#chunkBytes);
  }

  /** The whole chunk, of a full layer, in memory of the pool; undefined: it is all zeroes. */
  content(): Uint8Array | undefined {
    return this.#bytes.content();
  }

  /** Where the first range begins, in the borders, that does not end before `at`. Hot path. */
  #rangeFrom(at: number): number {
    let low = 0;
    let high = this.#borders.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#borders[2 * middle + 1] as number) < at) low = middle + 1;
      else high = middle;
    }
    return 2 * low;
  }

  #validate(from: number, to: number): void {
    const borders = this.#borders;
    // The usual cases: the first range, and one that goes on where the last one ends.
    const last = borders.at(-1);
    if (last === undefined || from > last) {
      borders.push(from, to);
      return;
    }
    const lastStart = borders[borders.length - 2] as number;
    if (from >= lastStart) {
      borders[borders.length - 1] = Math.max(last, to);
      return;
    }
    const first = this.#rangeFrom(from);
    let end = first;
    while (end < borders.length && (borders[end] as number) <= to) end += 2;
    const joined =
      end === first
        ? [from, to]
        : [Math.min(from, borders[first] as number), Math.max(to, borders[end - 1] as number)];
    borders.splice(first, end - first, ...joined);
  }
}
