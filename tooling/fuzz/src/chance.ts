/** The choices of a run, all from one seed: the same seed makes the same choices on every machine. */
import { seededRandom } from '@nbd/filters';

export class Chance {
  readonly #random: () => number;

  /** `seed` is a whole number of 0 to 2^32 - 1. */
  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A whole number of 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  /** True once in `n` times, or so. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  /** One of them; there must be one. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** A whole number of 0 to `bound` - 1, small ones more often: each power of two is as likely as the next. */
  small(bound: number): number {
    return Math.min(bound - 1, Math.floor(bound ** this.#random()) - 1 + this.below(2));
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
