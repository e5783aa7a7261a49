/**
 * How a socket reads: the bytes of a large READ go from the system straight to where they belong, all others by
 * a buffer that the connections share.
 *
 * Hot path.
 */
import type { OnReadOpts } from 'node:net';

/** As much as one system call may bring: what is in it is used up before the next read. */
const SHARED_BYTES = 256 * 1024;
/** What is read of the shared buffer where large replies come: enough for their heads, and little to be copied of their data. */
const HEADS_BYTES = 4 * 1024;

/** Fewer bytes than these are copied sooner than they are read by themselves. */
const LANDING_BYTES_MIN = 16 * 1024;

let shared: Uint8Array | undefined;

/** Who takes what was read. */
export interface Taker {
  /** Where the next bytes belong; undefined: they are for `received`. */
  readonly landing: Uint8Array | undefined;
  /** Whether what comes is mostly large. */
  readonly expectsLarge: boolean;
  landed(bytes: number): void;
  /** The bytes are lent until it returns. */
  received(bytes: Uint8Array): void;
}

/** For one socket, which must be made with `onRead`. It reads nothing before there is a taker. */
export class Intake {
  readonly #all: Uint8Array;
  readonly #heads: Uint8Array;
  #taker: Taker | undefined;
  /** Where the read that is under way goes, when that is a landing. */
  #landing: Uint8Array | undefined;

  constructor() {
    shared ??= new Uint8Array(SHARED_BYTES);
    this.#all = shared;
    this.#heads = shared.subarray(0, HEADS_BYTES);
  }

  /** The option of a socket; `isPaused` asks that socket. */
  onRead(isPaused: () => boolean): OnReadOpts {
    return {
      buffer: () => this.#next(),
      callback: (bytes) => {
        this.#take(bytes);
        return !isPaused();
      },
    };
  }

  /** Undefined: nobody; the socket must be paused then. */
  set taker(taker: Taker | undefined) {
    this.#taker = taker;
  }

  #next(): Uint8Array {
    const landing = this.#taker?.landing;
    this.#landing =
      landing !== undefined && landing.length >= LANDING_BYTES_MIN ? landing : undefined;
    return this.#landing ?? (this.#taker?.expectsLarge === true ? this.#heads : this.#all);
  }

  #take(bytes: number): void {
    if (this.#landing === undefined) this.#taker?.received(this.#all.subarray(0, bytes));
    else this.#taker?.landed(bytes);
  }
}
