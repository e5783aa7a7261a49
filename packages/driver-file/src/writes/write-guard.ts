/**
 * The policy of writes: on the loop, where the page cache takes them in microseconds, until one shows
 * that the kernel makes writers wait for the disk; then in the thread pool for a while.
 * Pure: times are given.
 */

/** What a write into the page cache takes at most: base and per byte, in milliseconds. */
const SLOW_MILLIS = 5;
const SLOW_MILLIS_PER_BYTE = 1 / (1024 * 1024);

/** How long the loop is spared; doubled each time the first write after it is slow again. */
const PAUSE_MILLIS_MIN = 100;
const PAUSE_MILLIS_MAX = 3200;

/** Times in milliseconds, of one clock that never goes back. */
export class WriteGuard {
  #pause = PAUSE_MILLIS_MIN;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /** Whether a write may be done on the loop. */
  allows(now: number): boolean {
    return now >= this.#pausedUntil;
  }

  /** Learns from a write of `length` bytes that was done on the loop. */
  learn(length: number, startedAt: number, endedAt: number): void {
    if (endedAt - startedAt <= SLOW_MILLIS + length * SLOW_MILLIS_PER_BYTE) {
      this.#pause = PAUSE_MILLIS_MIN;
      return;
    }
    this.#pausedUntil = endedAt + this.#pause;
    this.#pause = Math.min(this.#pause * 2, PAUSE_MILLIS_MAX);
  }
}
