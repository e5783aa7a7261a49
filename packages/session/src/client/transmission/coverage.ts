/**
 * Which bytes of a READ its content chunks have brought: each must come once, in any order (K-025).
 *
 * Invariant: islands lie in rising order, and neighbours do not touch.
 */

/** Chunks in order make one island. A server that scatters them more than this is not trying to answer. */
const ISLANDS_MAX = 4096;

export class Coverage {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Adds `start` to `end`; false: some of it was there already, or there are too many pieces. */
  add(start: number, end: number): boolean {
    const next = this.#after(start);
    const previous = next - 1;
    const previousEnd = this.#ends[previous] ?? -1;
    const nextStart = this.#starts[next] ?? Number.POSITIVE_INFINITY;
    if (previousEnd > start || nextStart < end) return false;
    if (previousEnd === start && nextStart === end) {
      this.#ends[previous] = this.#ends[next] as number;
      this.#starts.splice(next, 1);
      this.#ends.splice(next, 1);
    } else if (previousEnd === start) {
      this.#ends[previous] = end;
    } else if (nextStart === end) {
      this.#starts[next] = start;
    } else {
      if (this.#starts.length === ISLANDS_MAX) return false;
      this.#starts.splice(next, 0, start);
      this.#ends.splice(next, 0, end);
    }
    return true;
  }

  /** Whether everything from 0 to `length` is there, and nothing is missing. */
  isWhole(length: number): boolean {
    return this.#starts.length === 1 && this.#starts[0] === 0 && this.#ends[0] === length;
  }

  /** The first island that begins behind `at`. */
  #after(at: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
