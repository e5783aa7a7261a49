/** Choices of a property test, made by numbers that fast-check can shrink. */
export class Dice {
  readonly #numbers: readonly number[];
  #next = 0;

  /** When the numbers are used up, they begin again. */
  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A whole number below `bound`. */
  below(bound: number): number {
    const number = this.#numbers[this.#next] ?? 0;
    this.#next = (this.#next + 1) % this.#numbers.length;
    return number % bound;
  }

  /** True once in `n` times, or so. */
  oneIn(n: number): boolean {
    return this.below(n) === n - 1;
  }

  /** `bytes` in pieces, none of them empty. */
  cut(bytes: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + this.below(this.oneIn(3) ? 8 : 400);
      pieces.push(bytes.subarray(at, end));
      at = end;
    }
    return pieces;
  }
}
