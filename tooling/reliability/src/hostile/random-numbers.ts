/** Numbers that a seed decides. */
import { seededRandom } from '@nbd/filters';

export class RandomNumbers {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededRandom(seed);
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.#next() * end);
  }
}
