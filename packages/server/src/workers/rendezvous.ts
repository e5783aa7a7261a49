/**
 * A point that threads pass together.
 *
 * A listening socket that threads share has one descriptor, and each of them closes it when it stops listening:
 * the first for good, the others a number that by then may be another file's. So they all stop at the same moment,
 * when nobody has had the time to open another file.
 */
const MEMBERS = 0;
const ARRIVED = 1;
const OPEN = 2;

/** What it needs, bytes; they start as zeroes. */
export const RENDEZVOUS_BYTES = 12;

export class Rendezvous {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** From now on the others wait for this thread. */
  join(): void {
    Atomics.add(this.#words, MEMBERS, 1);
  }

  /** From now on they do not wait for one of them, which is gone. */
  leave(): void {
    Atomics.sub(this.#words, MEMBERS, 1);
  }

  /** Stops this thread until all members are here, but not longer than `millis`: one may be stuck in a disk. Answers whether they are. */
  meet(millis: number): boolean {
    const words = this.#words;
    if (Atomics.add(words, ARRIVED, 1) + 1 < Atomics.load(words, MEMBERS)) {
      return Atomics.wait(words, OPEN, 0, millis) !== 'timed-out';
    }
    Atomics.store(words, OPEN, 1);
    Atomics.notify(words, OPEN);
    return true;
  }
}
