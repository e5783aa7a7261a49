/**
 * Who may touch a disk that threads share. Any number use it at a time, to read, to write and to take
 * new pages; whoever takes pages away or changes the size must be alone, so that nobody still
 * copies from or to a page that has become another's.
 *
 * Hot path: a use costs two stores to a word that no other thread writes. Each driver has one, its seat:
 *
 *   0  free     nobody's
 *   1  idle     of a driver that is outside
 *   2  in use   of a driver that is inside
 */
import { SEATS, seatWord, Word } from './shared-memory.ts';
import { isFree, untilFree, whileLocked } from './thread-lock.ts';

const FREE = 0;
const IDLE = 1;
const IN_USE = 2;

/** How often somebody who wants to be alone looks before it sleeps; a use lasts about as long as a copy. */
const LOOKS_MAX = 200;
/** How long it then sleeps, milliseconds. */
const PAUSE_MILLIS = 0.05;

export class SharedUse {
  readonly #words: Int32Array;
  readonly #seat: number;

  /** Takes a seat. Throws an `Error` if there is none left. */
  constructor(words: Int32Array) {
    this.#words = words;
    this.#seat = takeSeat(words);
  }

  /** To be followed by `end`, in the same turn and whatever happens. */
  begin(): void {
    const words = this.#words;
    Atomics.store(words, this.#seat, IN_USE);
    while (!isFree(words, Word.GATE)) {
      Atomics.store(words, this.#seat, IDLE);
      untilFree(words, Word.GATE);
      Atomics.store(words, this.#seat, IN_USE);
    }
  }

  end(): void {
    Atomics.store(this.#words, this.#seat, IDLE);
  }

  /** Runs `change` when all others are outside, and keeps them there. Not from inside. */
  alone<T>(change: () => T): T {
    return whileLocked(this.#words, Word.GATE, () => {
      for (let seat = 0; seat < SEATS; seat += 1) this.#untilIdle(seatWord(seat));
      return change();
    });
  }

  /** Gives the seat back. */
  leave(): void {
    Atomics.store(this.#words, this.#seat, FREE);
  }

  #untilIdle(at: number): void {
    const words = this.#words;
    for (let looks = 0; Atomics.load(words, at) === IN_USE; looks += 1) {
      if (looks >= LOOKS_MAX) Atomics.wait(words, Word.PAUSE, 0, PAUSE_MILLIS);
    }
  }
}

function takeSeat(words: Int32Array): number {
  for (let seat = 0; seat < SEATS; seat += 1) {
    const at = seatWord(seat);
    if (Atomics.compareExchange(words, at, FREE, IDLE) === FREE) return at;
  }
  throw new Error(`shared memory disk: expected at most ${SEATS} drivers, found one more`);
}
