/**
 * Lets in so many connections at a time, and numbers them. Threads that share its memory share the turnstile.
 */
const OPEN = 0;
const TOTAL = 1;

/** What a turnstile needs, bytes. */
export const TURNSTILE_BYTES = 8;

export class Turnstile {
  readonly #openMax: number;
  readonly #counts: Uint32Array;

  /** `memory` starts as zeroes. */
  constructor(openMax: number, memory: ArrayBufferLike = new ArrayBuffer(TURNSTILE_BYTES)) {
    this.#openMax = openMax;
    this.#counts = new Uint32Array(memory);
  }

  /** How many are inside. */
  get open(): number {
    return Atomics.load(this.#counts, OPEN);
  }

  /** The number of the connection that is let in, counted from 1; undefined: there are too many already. */
  enter(): number | undefined {
    if (Atomics.add(this.#counts, OPEN, 1) < this.#openMax) {
      return Atomics.add(this.#counts, TOTAL, 1) + 1;
    }
    this.leave();
    return undefined;
  }

  leave(): void {
    Atomics.sub(this.#counts, OPEN, 1);
  }
}
