/**
 * What a volume may hold while one host owns it, as a list of values for each sector: what was there when it began,
 * and what the owner has written since. Each write has a value of its own; 0 is zeroes.
 */

export class Reign {
  readonly generation: number;
  /** By sector. */
  readonly #values: number[][];
  /** How many of the values of each sector were answered, the first included. */
  readonly #answered: number[];
  /** By sector: the oldest value that may be there when the reign ends, as an index. */
  readonly #floor: number[];
  /** How many values there were when the reign ended. */
  #ended: readonly number[] | undefined;
  /** What the next reign has found. */
  #found: readonly number[] | undefined;

  constructor(generation: number, content: readonly number[]) {
    this.generation = generation;
    this.#values = content.map((value) => [value]);
    this.#answered = content.map(() => 1);
    this.#floor = content.map(() => 0);
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** A write is made. */
  issue(sectors: readonly number[], value: number): void {
    for (const sector of sectors) this.#values[sector]?.push(value);
  }

  /** It was answered. It was the only one under way for these sectors. */
  answer(sectors: readonly number[]): void {
    for (const sector of sectors) this.#answered[sector] = this.#values[sector]?.length ?? 0;
  }

  /** For a flush or a read that begins now: the last answered value of each sector, as an index. */
  mark(): readonly number[] {
    return this.#answered.map((count) => count - 1);
  }

  /** A flush that began at `mark` was answered: nothing older may be found. */
  flushed(mark: readonly number[], sectors: readonly number[] = mark.map((_, i) => i)): void {
    for (const sector of sectors) {
      this.#floor[sector] = Math.max(this.#floor[sector] ?? 0, mark[sector] ?? 0);
    }
    if (this.#found !== undefined) this.check(this.#found);
  }

  /** Whether a read that began at `mark` may answer with that. */
  mayRead(mark: readonly number[], sector: number, value: number): boolean {
    return this.#values[sector]?.slice(mark[sector]).includes(value) ?? false;
  }

  /** The next owner has taken over, and finds `content`: throws unless it may. */
  end(content: readonly number[]): void {
    this.#ended = this.#values.map((values) => values.length);
    this.#found = content;
    this.check(content);
  }

  /** Throws unless that may be committed, or may have been when the reign ended. */
  check(content: readonly number[]): void {
    for (const [sector, value] of content.entries()) {
      const floor = this.#floor[sector] ?? 0;
      // Zeroes that were written later, and covered, where there were zeroes already, are there.
      const values = this.#values[sector] ?? [];
      const end = this.#ended?.[sector] ?? values.length;
      const allowed = values.slice(floor, Math.max(end, floor + 1));
      if (allowed.includes(value)) continue;
      throw new Error(
        `sector ${sector} after generation ${this.generation}: expected one of ${allowed.join(', ')}, found ${value}`,
      );
    }
  }
}
