/**
 * For a transport that chooses what it reads into: large data goes from the system straight to where it
 * belongs, everything else by a buffer that many connections share.
 *
 *   what comes is     the next read goes to
 *   not large         the shared buffer, all of it: one read brings many messages
 *   large             the landing of the taker, as soon as it has one
 *                     until then the beginning of the shared buffer: a head, and little of its data to be copied
 *
 * Hot path.
 */

/** How much of the shared buffer is read for a head. */
const HEADS_BYTES = 4 * 1024;

/** Who takes what was read. */
export interface Taker {
  /** Where the next bytes belong, room for one at least; undefined: they are for `received`. */
  readonly landing?: Uint8Array | undefined;
  /** Whether what comes is larger than the shared buffer, mostly. */
  readonly expectsLarge?: boolean;
  /** The first `bytes` of `landing` are there. */
  landed?(bytes: number): void;
  /** Bytes arrived. They are borrowed until this returns. */
  received(bytes: Uint8Array): void;
}

/** One for each connection. Ask it for the `next` buffer after each `take`, and not before its taker knows all of that. */
export class Intake {
  readonly #shared: Uint8Array;
  readonly #heads: Uint8Array;
  #taker: Taker | undefined;
  #landing: Uint8Array | undefined;

  /** `shared` is free again whenever `take` returns. */
  constructor(shared: Uint8Array) {
    this.#shared = shared;
    this.#heads = shared.subarray(0, HEADS_BYTES);
  }

  /** Who takes it; undefined: it is dropped. */
  set taker(taker: Taker | undefined) {
    this.#taker = taker;
  }

  /** What to read into, from its start. It stays right until `take` was called. */
  next(): Uint8Array {
    const taker = this.#taker;
    if (taker?.expectsLarge !== true) {
      this.#landing = undefined;
      return this.#shared;
    }
    this.#landing = taker.landing;
    return this.#landing ?? this.#heads;
  }

  /** Hands over the first `bytes` bytes of what `next` has said. */
  take(bytes: number): void {
    if (this.#landing === undefined) this.#taker?.received(this.#shared.subarray(0, bytes));
    else this.#taker?.landed?.(bytes);
  }
}
