/**
 * Which bytes of a disk were written: runs that do not touch each other, of which only the borders are
 * kept. So a run of any length costs the same, and memory grows with the number of places.
 */
export class WrittenRanges {
  /** Ascending: in turn the first byte of a run and the first behind it. */
  readonly #borders: number[];
  #changes = 0;

  /** Begins with what `borders` says, as they are kept. */
  constructor(borders: readonly number[] = []) {
    this.#borders = [...borders];
  }

  get borders(): readonly number[] {
    return this.#borders;
  }

  /** Grows whenever a border has changed. */
  get changes(): number {
    return this.#changes;
  }

  has(offset: number): boolean {
    return this.#countUpTo(offset) % 2 === 1;
  }

  /** The first offset behind `offset` where what `has` answers changes; `Infinity` if there is none. */
  nextBorder(offset: number): number {
    return this.#borders[this.#countUpTo(offset)] ?? Infinity;
  }

  /** Adds the bytes from `offset` up to `end`, and joins what touches them. */
  add(offset: number, end: number): void {
    const first = this.#countUpTo(offset - 1);
    const behind = this.#countUpTo(end);
    const borders: number[] = [];
    if (first % 2 === 0) borders.push(offset);
    if (behind % 2 === 0) borders.push(end);
    const isKnown = (border: number, i: number): boolean => this.#borders[first + i] === border;
    if (behind - first === borders.length && borders.every(isKnown)) return;
    this.#changes++;
    this.#borders.splice(first, behind - first, ...borders);
  }

  /** How many borders are at `offset` or before it. */
  #countUpTo(offset: number): number {
    let low = 0;
    let high = this.#borders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#borders[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
