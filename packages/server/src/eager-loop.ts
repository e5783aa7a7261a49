/**
 * Keeps the event loop awake for a moment after a small batch of requests.
 *
 * A client that waits for each answer sends its next request within microseconds, while going to sleep
 * and being woken costs both sides tens of them. So after a small batch the loop polls without
 * sleeping, for `WINDOW_MILLIS` at the most. Where that finds nothing, time after time, it is given up for longer
 * and longer: a quiet or slow client costs nothing.
 *
 *   state     holds when                          leaves on
 *   asleep    nobody polls                        a small batch, unless it is to be passed over
 *   polling   the loop turns without sleeping     the end of the window; each small batch renews it
 *
 * See docs/adr/0008-poll-before-sleeping.md for the figures.
 */

/** How long the loop polls after a batch. */
const WINDOW_MILLIS = 0.05;
/** A larger batch, of more than 146 requests, tells of a client that keeps us busy anyway; bytes. */
const SMALL_BATCH_BYTES = 4096;
/** After this many windows in a row without a request, batches are passed over. */
const FRUITLESS_MAX = 8;
/** Batches passed over at first and at the most; the number doubles as long as nothing comes of it. */
const PASS_OVER_MIN = 16;
const PASS_OVER_MAX = 1024;

/** What the loop is made of, for tests to replace. */
export interface LoopParts {
  /** Milliseconds, with fractions. */
  readonly now: () => number;
  /** Runs a task in the next turn of the loop, which then does not sleep. */
  readonly nextTurn: (task: () => void) => void;
}

export class EagerLoop {
  readonly #now: () => number;
  readonly #nextTurn: (task: () => void) => void;
  #polling = false;
  #until = 0;
  #fruitful = false;
  #fruitless = 0;
  #passOver = 0;
  #passOverNext = PASS_OVER_MIN;

  constructor(parts: LoopParts = { now: () => performance.now(), nextTurn: setImmediate }) {
    this.#now = parts.now;
    this.#nextTurn = parts.nextTurn;
  }

  /** A batch of `bytes` was received and served. */
  served(bytes: number): void {
    if (bytes > SMALL_BATCH_BYTES) return;
    if (this.#polling) {
      this.#fruitful = true;
      this.#until = this.#now() + WINDOW_MILLIS;
      return;
    }
    if (this.#passOver > 0) {
      this.#passOver--;
      return;
    }
    this.#polling = true;
    this.#fruitful = false;
    this.#until = this.#now() + WINDOW_MILLIS;
    this.#nextTurn(this.#turn);
  }

  readonly #turn = (): void => {
    if (this.#now() < this.#until) {
      this.#nextTurn(this.#turn);
      return;
    }
    this.#polling = false;
    if (this.#fruitful) this.#encourage();
    else this.#discourage();
  };

  #encourage(): void {
    this.#fruitless = 0;
    this.#passOverNext = PASS_OVER_MIN;
  }

  #discourage(): void {
    this.#fruitless++;
    if (this.#fruitless < FRUITLESS_MAX) return;
    this.#passOver = this.#passOverNext;
    this.#passOverNext = Math.min(2 * this.#passOverNext, PASS_OVER_MAX);
  }
}
