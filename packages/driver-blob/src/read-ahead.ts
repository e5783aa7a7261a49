/**
 * Tells who reads in order from who does not, and how far to read ahead of the former.
 *
 * Several readers are followed at a time. A read that begins near to where a reader has ended is that
 * reader's, for the requests of one who has many in flight overtake each other a little. Each time a reader
 * moves on, twice as much is read ahead of it as before, up to a bound. Whoever jumps is a new reader.
 */

/** Readers that are followed at a time; a new one takes the place of the one that was silent longest. */
export const FOLLOWED_MAX = 8;

/** How far a read may begin from where its reader has ended, in bytes. */
const NEAR_BYTES = 256 * 1024;

/** A range in bytes, `to` not included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

interface Reader {
  /** Where it has ended, the furthest. */
  end: number;
  /** How much to have ready behind `end`, bytes. */
  window: number;
  /** Up to where it has been read ahead. */
  ahead: number;
}

export class ReadAhead {
  readonly #windowMax: number;
  readonly #windowMin: number;
  /** The one that was heard of last is the last. */
  readonly #readers: Reader[] = [];

  /** Windows grow from `windowMin` bytes to `windowMax`. */
  constructor(windowMax: number, windowMin: number) {
    this.#windowMax = windowMax;
    this.#windowMin = windowMin;
  }

  /** Notes a read, and answers what to read ahead now, if anything; it may lie beyond the end of the disk. */
  note(offset: number, end: number): Range | undefined {
    if (this.#windowMax === 0) return undefined;
    const known = this.#readers.findIndex((each) => Math.abs(offset - each.end) <= NEAR_BYTES);
    const [reader] = known === -1 ? [] : this.#readers.splice(known, 1);
    if (reader === undefined) {
      if (this.#readers.length === FOLLOWED_MAX) this.#readers.shift();
      this.#readers.push({ end, window: 0, ahead: end });
      return undefined;
    }
    this.#readers.push(reader);
    return end > reader.end ? this.#moveOn(reader, end) : undefined;
  }

  /** Half a window at the least, so that small reads do not bring small slices. */
  #moveOn(reader: Reader, end: number): Range | undefined {
    reader.end = end;
    reader.window = Math.min(Math.max(2 * reader.window, this.#windowMin), this.#windowMax);
    if (reader.ahead - end > reader.window / 2) return undefined;
    const from = Math.max(reader.ahead, end);
    reader.ahead = end + reader.window;
    return { from, to: reader.ahead };
  }
}
