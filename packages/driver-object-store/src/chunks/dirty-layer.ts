/**
 * What was written to a chunk and is in no object yet: bytes, and which of them are valid. Where they are not, what
 * lies below shows through: an older layer, or the object.
 */
import { PagedBytes, type Piece } from './paged-bytes.ts';

export class DirtyLayer {
  readonly #chunkBytes: number;
  readonly #bytes: PagedBytes;
  /** Ascending: in turn the start of a valid range and its end; ranges neither touch nor overlap. */
  readonly #borders: number[] = [];

  private constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
    this.#bytes = new PagedBytes(chunkBytes);
  }

  /** Nothing is valid. */
  static open(chunkBytes: number): DirtyLayer {
    return new DirtyLayer(chunkBytes);
  }

  /** All of it is zeroes, without memory. */
  static zeroes(chunkBytes: number): DirtyLayer {
    const layer = new DirtyLayer(chunkBytes);
    layer.#borders.push(0, chunkBytes);
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

  /** A few pages, or some zeroes: what is better put together with other such layers than as a chunk. */
  isSmall(): boolean {
    const memory = this.memory();
    return memory < this.#chunkBytes && (memory > 0 || !this.isFull());
  }

  /** What is valid. */
  *pieces(): Generator<Piece> {
    for (let i = 0; i < this.#borders.length; i += 2) {
      yield* this.#bytes.pieces(this.#borders[i] as number, this.#borders[i + 1] as number);
    }
  }

  /** Hot path. */
  covers(from: number, to: number): boolean {
    for (let i = 0; i < this.#borders.length; i += 2) {
      if ((this.#borders[i + 1] as number) >= to) return (this.#borders[i] as number) <= from;
    }
    return false;
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
    for (let i = 0; i < this.#borders.length; i += 2) {
      const start = Math.max(this.#borders[i] as number, from);
      const end = Math.min(this.#borders[i + 1] as number, to);
      if (start < end) this.#bytes.read(target.subarray(start - from, end - from), start);
    }
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

  /** The whole chunk, of a full layer; undefined: it is all zeroes. */
  content(): Uint8Array | undefined {
    return this.#bytes.content();
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
    let first = 0;
    while ((borders[first + 1] as number) < from) first += 2;
    let end = first;
    while (end < borders.length && (borders[end] as number) <= to) end += 2;
    const joined =
      end === first
        ? [from, to]
        : [Math.min(from, borders[first] as number), Math.max(to, borders[end - 1] as number)];
    borders.splice(first, end - first, ...joined);
  }
}
