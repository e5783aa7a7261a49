/**
 * Reads options from the inbox: a header, and then its data, which is collected or dropped. What is
 * collected grows as bytes arrive: a length field alone allocates nothing (C-048).
 */
import { decodeOptionHeader, OPTION_HEADER_BYTES } from '@nbd/codec';
import type { Inbox } from '../../memory/inbox.ts';

const NOTHING = new Uint8Array(0);
const GROWTH_BYTES_MIN = 4096;

export class OptionReader {
  /** The header in hand. */
  option = 0;
  length = 0;
  readonly #inbox: Inbox;
  #dropping = false;
  /** Bytes of the data that were collected, or dropped. */
  #progress = 0;
  #bytes: Uint8Array = NOTHING;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** Reads the next header; false: not all of it is here yet. */
  readHeader(): boolean {
    if (!this.#inbox.header(OPTION_HEADER_BYTES)) return false;
    decodeOptionHeader(this.#inbox.view, this.#inbox.at, this);
    return true;
  }

  /** The data of the option in hand is wanted. */
  keep(): void {
    this.#expect(false);
  }

  /** The data of the option in hand goes by unseen (C-045). */
  drop(): void {
    this.#expect(true);
  }

  /** All of the data, empty if it was dropped, borrowed until more bytes are read; undefined while some is missing. */
  takeData(): Uint8Array | undefined {
    return this.#dropping ? this.#skip() : this.#collect();
  }

  /** Gives up the data collected so far. */
  forget(): void {
    this.#bytes = NOTHING;
    this.#progress = 0;
  }

  #expect(dropping: boolean): void {
    this.#dropping = dropping;
    this.forget();
  }

  #skip(): Uint8Array | undefined {
    this.#progress += this.#inbox.discard(this.length - this.#progress);
    return this.#progress < this.length ? undefined : NOTHING;
  }

  #collect(): Uint8Array | undefined {
    if (this.#progress === 0) {
      const whole = this.#inbox.lend(this.length);
      if (whole !== undefined) return whole;
    }
    const end = this.#progress + Math.min(this.#inbox.length, this.length - this.#progress);
    this.#grow(end);
    this.#progress = this.#inbox.fill(this.#bytes.subarray(0, end), this.#progress);
    if (this.#progress < this.length) return undefined;
    const data = this.#bytes.subarray(0, this.length);
    this.forget();
    return data;
  }

  #grow(needed: number): void {
    if (needed <= this.#bytes.length) return;
    const room = Math.max(needed, 2 * this.#bytes.length, GROWTH_BYTES_MIN);
    const larger = new Uint8Array(Math.min(room, this.length));
    larger.set(this.#bytes.subarray(0, this.#progress));
    this.#bytes = larger;
  }
}
