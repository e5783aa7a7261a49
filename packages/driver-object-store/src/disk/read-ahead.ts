/**
 * Tells who reads chunks in order from who does not, and how far to read ahead of the former: after two chunks in a
 * row, two chunks, then four, then eight. Several readers are followed at a time.
 */

/** Readers that are followed at a time; a new one takes the place of the one that was silent longest. */
const FOLLOWED_MAX = 8;
const WINDOW_MAX = 8;

/** Chunks, `end` not included. */
export interface ChunkRange {
  readonly first: number;
  readonly end: number;
}

interface Reader {
  /** The chunk that it reads next, if it goes on. */
  next: number;
  /** How many chunks it has read in a row. */
  run: number;
  /** Up to where it was read ahead. */
  ahead: number;
}

export class ReadAhead {
  readonly #windowMax: number;
  /** The one that was heard of last is the last. */
  readonly #readers: Reader[] = [];

  /** Reads no further ahead than `chunksMax` chunks. */
  constructor(chunksMax: number) {
    this.#windowMax = Math.min(chunksMax, WINDOW_MAX);
  }

  /** Notes that a chunk is read, and answers what to read ahead now, if anything. Hot path. */
  note(chunk: number): ChunkRange | undefined {
    const last = this.#readers.at(-1);
    if (last !== undefined && last.next === chunk + 1) return undefined;
    return this.#noteOther(chunk);
  }

  /** Whether somebody reads in order just there. */
  isInOrder(chunk: number): boolean {
    return this.#readers.some(({ next, run }) => run > 1 && Math.abs(next - 1 - chunk) <= 1);
  }

  #noteOther(chunk: number): ChunkRange | undefined {
    // Requests of one who has many in flight overtake each other a little.
    const known = this.#readers.findIndex(({ next }) => chunk >= next - 2 && chunk <= next + 1);
    const [reader] = known === -1 ? [] : this.#readers.splice(known, 1);
    if (reader === undefined) {
      if (this.#readers.length === FOLLOWED_MAX) this.#readers.shift();
      this.#readers.push({ next: chunk + 1, run: 1, ahead: chunk + 1 });
      return undefined;
    }
    this.#readers.push(reader);
    return chunk >= reader.next ? this.#moveOn(reader, chunk) : undefined;
  }

  #moveOn(reader: Reader, chunk: number): ChunkRange | undefined {
    reader.next = chunk + 1;
    reader.run += 1;
    const window = Math.min(2 ** (reader.run - 1), this.#windowMax);
    const first = Math.max(reader.ahead, reader.next);
    const end = reader.next + window;
    if (first >= end) return undefined;
    reader.ahead = end;
    return { first, end };
  }
}
