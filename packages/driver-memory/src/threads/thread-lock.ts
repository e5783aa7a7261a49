/**
 * A lock that threads share, in one word: who finds it taken sleeps until it is free.
 *
 *   0  free
 *   1  taken
 *   2  taken, and somebody sleeps
 */
const FREE = 0;
const TAKEN = 1;
const AWAITED = 2;

/** Runs `step` while nobody else holds the lock at `at`. */
export function whileLocked<T>(words: Int32Array, at: number, step: () => T): T {
  if (Atomics.compareExchange(words, at, FREE, TAKEN) !== FREE) {
    while (Atomics.exchange(words, at, AWAITED) !== FREE) Atomics.wait(words, at, AWAITED);
  }
  try {
    return step();
  } finally {
    // All of them, for among the sleepers may be some who only wait and take nothing.
    if (Atomics.exchange(words, at, FREE) === AWAITED) Atomics.notify(words, at);
  }
}

export function isFree(words: Int32Array, at: number): boolean {
  return Atomics.load(words, at) === FREE;
}

/** Sleeps while the lock at `at` is taken. It may be taken again when this returns. */
export function untilFree(words: Int32Array, at: number): void {
  for (let state = Atomics.load(words, at); state !== FREE; state = Atomics.load(words, at)) {
    if (state === TAKEN && Atomics.compareExchange(words, at, TAKEN, AWAITED) === FREE) return;
    Atomics.wait(words, at, AWAITED);
  }
}
