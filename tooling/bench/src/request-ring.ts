/**
 * Requests laid out beforehand, so that a batch costs two words each and one write.
 * Hot path: no allocation but one view for each batch.
 */
import { Command, encodeRequest, REQUEST_BYTES, writeU64 } from '@nbd/codec';
import type { BlockOffsets } from './block-offsets.ts';

/** Positions in a request; `@nbd/codec` has the table. */
const COOKIE_LOW_AT = 12;
const OFFSET_AT = 16;

export interface RingOptions {
  readonly command: typeof Command.READ | typeof Command.WRITE;
  readonly blockBytes: number;
  /** How many requests are in flight at most; `take` is never asked for more than may be added. */
  readonly depth: number;
  readonly offsets: BlockOffsets;
}

/**
 * A ring of twice as many requests as may be in flight, each WRITE with its payload behind it.
 *
 * A batch lies in one piece; the end of the ring is skipped if it is too short for it. No slot is
 * written that the socket may still hold: requests leave in order, so before a batch of `count` those
 * are among the youngest `depth - count`. Of the `2 * depth` slots a batch skips at most `depth - 1`
 * and fills `count`, so a slot comes round after at least `depth - count + 1` younger ones.
 */
export class RequestRing {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #slotBytes: number;
  readonly #offsets: BlockOffsets;
  #nextAt = 0;
  #cookie = 0;

  constructor({ command, blockBytes, depth, offsets }: RingOptions) {
    const payloadBytes = command === Command.WRITE ? blockBytes : 0;
    this.#slotBytes = REQUEST_BYTES + payloadBytes;
    this.#offsets = offsets;
    // Not zeroes: a server may not take a WRITE for a hole.
    this.#bytes = Buffer.alloc(2 * depth * this.#slotBytes, 0x5a);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    const fields = { flags: 0, cookieHigh: 0, cookieLow: 0, offset: 0 };
    for (let at = 0; at < this.#bytes.length; at += this.#slotBytes) {
      encodeRequest(this.#view, at, { ...fields, type: command, length: blockBytes });
    }
  }

  /** The next `count` requests, lent until they have been replied to. */
  take(count: number): Uint8Array {
    const length = count * this.#slotBytes;
    const from = this.#nextAt + length <= this.#bytes.length ? this.#nextAt : 0;
    const end = from + length;
    for (let at = from; at < end; at += this.#slotBytes) {
      this.#cookie = (this.#cookie + 1) | 0;
      this.#view.setInt32(at + COOKIE_LOW_AT, this.#cookie);
      writeU64(this.#view, at + OFFSET_AT, this.#offsets());
    }
    this.#nextAt = end;
    return this.#bytes.subarray(from, end);
  }
}
