/**
 * A set of whole numbers that come in long runs: only the borders of the runs are kept, so that a run
 * of any length costs the same.
 */
export class RangeSet {
  /** Ascending: in turn the first number of a run and the first behind it. */
  readonly #borders: number[] = [];

  has(number: number): boolean {
    return inRun(this.#countUpTo(number));
  }

  /** The first number from `number` on that is in the set when `number` is not, or the other way; `Infinity` if there is none. */
  nextBorder(number: number): number {
    return this.#borders[this.#countUpTo(number)] ?? Infinity;
  }

  /** Adds the numbers from `first` up to, not including, `end`. */
  add(first: number, end: number): void {
    this.#put(first, end, true);
  }

  /** Takes out the numbers from `first` up to, not including, `end`. */
  delete(first: number, end: number): void {
    this.#put(first, end, false);
  }

  #put(first: number, end: number, within: boolean): void {
    if (first >= end) return;
    const from = this.#countUpTo(first - 1);
    const to = this.#countUpTo(end);
    // A border stays only where the state on its other side differs.
    const borders: number[] = [];
    if (inRun(from) !== within) borders.push(first);
    if (inRun(to) !== within) borders.push(end);
    this.#borders.splice(from, to - from, ...borders);
  }

  /** How many borders are at most `number`. */
  #countUpTo(number: number): number {
    let low = 0;
    let high = this.#borders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#borders[middle] as number) <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether a place with so many borders before it lies in a run. */
function inRun(borders: number): boolean {
  return borders % 2 === 1;
}
