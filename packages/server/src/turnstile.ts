/**
 * Lets in so many connections at a time, in all and from one address, and numbers them. Threads that share its memory
 * share the turnstile.
 *
 * Where addresses count, each connection that is inside has a word of memory with a number made of its address, so
 * that no thread waits for another. Two addresses have the same number once in two thousand million times.
 */
import { addressGroup } from './address-group.ts';

const OPEN = 0;
const TOTAL = 1;
const SALT = 2;
const FIRST_PLACE = 3;

/** Places for connections of known addresses: no process has as many descriptors. */
const PLACES_MAX = 2 ** 20;

export interface TurnstileRules {
  /** Connections in all. */
  readonly openMax: number;
  /** Connections from one address, as `addressGroup` has it. 0: as many as there may be in all. */
  readonly perAddressMax: number;
}

/** Why one is not let in. */
export type TurnedAway = 'limit' | 'limit-of-address';

/** What a turnstile needs, bytes. They start as zeroes. */
export function turnstileBytes({ openMax, perAddressMax }: TurnstileRules): number {
  return 4 * (FIRST_PLACE + (perAddressMax === 0 ? 0 : Math.min(openMax, PLACES_MAX)));
}

export class Turnstile {
  readonly #rules: TurnstileRules;
  readonly #words: Uint32Array;

  /** `memory` has `turnstileBytes(rules)`. */
  constructor(
    rules: TurnstileRules,
    memory: ArrayBufferLike = new ArrayBuffer(turnstileBytes(rules)),
  ) {
    this.#rules = rules;
    this.#words = new Uint32Array(memory);
    if (rules.perAddressMax === 0) return;
    const [salt] = crypto.getRandomValues(new Uint32Array(1));
    Atomics.compareExchange(this.#words, SALT, 0, salt ?? 0);
  }

  /** How many are inside. */
  get open(): number {
    return Atomics.load(this.#words, OPEN);
  }

  /**
   * The number of the connection that is let in, counted from 1, or why it is not. Without an `address`, as on a Unix
   * socket, it counts only among all.
   */
  enter(address?: string): number | TurnedAway {
    if (Atomics.add(this.#words, OPEN, 1) >= this.#rules.openMax) {
      Atomics.sub(this.#words, OPEN, 1);
      return 'limit';
    }
    if (!this.#hasPlaceFor(address)) {
      Atomics.sub(this.#words, OPEN, 1);
      return 'limit-of-address';
    }
    return Atomics.add(this.#words, TOTAL, 1) + 1;
  }

  /** One that was let in from `address` is gone. */
  leave(address?: string): void {
    const mark = this.#markOf(address);
    if (mark !== undefined) this.#replace(mark, 0);
    Atomics.sub(this.#words, OPEN, 1);
  }

  /** Takes a place first and counts then: of two who come at the same moment for the last one none may get it, but never both. */
  #hasPlaceFor(address: string | undefined): boolean {
    const mark = this.#markOf(address);
    if (mark === undefined) return true;
    if (!this.#replace(0, mark)) return false;
    let count = 0;
    for (let i = FIRST_PLACE; i < this.#words.length; i++) {
      if (Atomics.load(this.#words, i) === mark) count++;
    }
    if (count <= this.#rules.perAddressMax) return true;
    this.#replace(mark, 0);
    return false;
  }

  /** Puts `by` into one place that has `old`; false: there is none. */
  #replace(old: number, by: number): boolean {
    for (let i = FIRST_PLACE; i < this.#words.length; i++) {
      if (Atomics.load(this.#words, i) !== old) continue;
      if (Atomics.compareExchange(this.#words, i, old, by) === old) return true;
    }
    return false;
  }

  /** The number of an address, never 0; undefined where addresses do not count. */
  #markOf(address: string | undefined): number | undefined {
    if (this.#rules.perAddressMax === 0 || address === undefined) return undefined;
    let mark = Atomics.load(this.#words, SALT);
    const group = addressGroup(address);
    for (let i = 0; i < group.length; i++) {
      mark = Math.imul(mark ^ group.charCodeAt(i), 0x5bd1_e995);
      mark ^= mark >>> 15;
    }
    return (mark | 1) >>> 0;
  }
}
