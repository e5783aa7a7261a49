/**
 * Collects the data of one option. It grows as bytes arrive: a length field alone allocates nothing
 * (C-048).
 */
import type { Inbox } from '../inbox.ts';

const NOTHING = new Uint8Array(0);
const GROWTH_BYTES_MIN = 4096;

export class OptionData {
  readonly #inbox: Inbox;
  #length = 0;
  #filled = 0;
  #bytes: Uint8Array = NOTHING;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** The next `length` bytes are the data. */
  expect(length: number): void {
    this.#length = length;
    this.drop();
  }

  /** All of the data, borrowed until more bytes are read; undefined while some is missing. */
  take(): Uint8Array | undefined {
    if (this.#filled === 0) {
      const whole = this.#inbox.lend(this.#length);
      if (whole !== undefined) return whole;
    }
    const arrived = Math.min(this.#inbox.length, this.#length - this.#filled);
    this.#grow(this.#filled + arrived);
    this.#filled = this.#inbox.fill(this.#bytes.subarray(0, this.#filled + arrived), this.#filled);
    if (this.#filled < this.#length) return undefined;
    const data = this.#bytes.subarray(0, this.#length);
    this.drop();
    return data;
  }

  drop(): void {
    this.#bytes = NOTHING;
    this.#filled = 0;
  }

  #grow(needed: number): void {
    if (needed <= this.#bytes.length) return;
    const room = Math.max(needed, 2 * this.#bytes.length, GROWTH_BYTES_MIN);
    const larger = new Uint8Array(Math.min(room, this.#length));
    larger.set(this.#bytes.subarray(0, this.#filled));
    this.#bytes = larger;
  }
}
