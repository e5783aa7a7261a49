/**
 * Requests laid out beforehand, so that a batch costs two words each and one write.
 * Hot path: no allocation but one view for each batch.
 */
import {
  Command,
  CommandFlag,
  encodeExtendedRequest,
  encodeRequest,
  EXTENDED_REQUEST_BYTES,
  REQUEST_BYTES,
  writeU64,
} from '@nbd/codec';
import type { OffsetSource } from './offset-source.ts';
import type { ReplyForm } from './reply-form.ts';

/** Positions in a request of either kind; `@nbd/codec` has the tables. */
const COOKIE_LOW_AT = 12;
const OFFSET_AT = 16;

export interface RingOptions {
  readonly command: typeof Command.READ | typeof Command.WRITE;
  /** Of the requests, one after the other and then again from the first, in bytes. */
  readonly lengths: readonly number[];
  /** How many requests are in flight at most; `take` is never asked for more than may be added. */
  readonly depth: number;
  readonly offsets: OffsetSource;
  /** Requests have another header if replies are to be extended. Default: simple. */
  readonly form?: ReplyForm;
}

/**
 * A ring of at least twice as many requests as may be in flight, each WRITE with its payload behind it.
 * The upper half of a READ's cookie is its length, for `ReplyCounter`.
 *
 * A batch lies in one piece; the end of the ring is skipped if it is too short for it. No slot is
 * written that the socket may still hold: requests leave in order, so before a batch of `count` those
 * are among the youngest `depth - count`. Of the `2 * depth` slots a batch skips at most `depth - 1`
 * and fills `count`, so a slot comes round after at least `depth - count + 1` younger ones.
 */
export class RequestRing {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  /** Where each slot starts, and where the last one ends. */
  readonly #starts: readonly number[];
  readonly #slots: number;
  readonly #offsets: OffsetSource;
  #next = 0;
  #cookie = 0;

  constructor({ command, lengths, depth, offsets, form = 'simple' }: RingOptions) {
    const isWrite = command === Command.WRITE;
    const headerBytes = form === 'extended' ? EXTENDED_REQUEST_BYTES : REQUEST_BYTES;
    this.#slots = Math.max(2 * depth, lengths.length);
    const lengthOf = (slot: number): number => lengths[slot % lengths.length] ?? 0;
    const starts = [0];
    for (let slot = 0, end = 0; slot < this.#slots; slot++) {
      end += headerBytes + (isWrite ? lengthOf(slot) : 0);
      starts.push(end);
    }
    this.#starts = starts;
    this.#offsets = offsets;
    // Not zeroes: a server may not take a WRITE for a hole.
    this.#bytes = Buffer.alloc(starts[this.#slots] ?? 0, 0x5a);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    const encode = form === 'extended' ? encodeExtendedRequest : encodeRequest;
    const flags = form === 'extended' && isWrite ? CommandFlag.PAYLOAD_LEN : 0;
    for (let slot = 0; slot < this.#slots; slot++) {
      const length = lengthOf(slot);
      const fields = { flags, type: command, cookieLow: 0, offset: 0, length };
      encode(this.#view, starts[slot] ?? 0, { ...fields, cookieHigh: isWrite ? 0 : length });
    }
  }

  /** The next `count` requests, lent until they have been replied to. */
  take(count: number): Uint8Array {
    const from = this.#next + count <= this.#slots ? this.#next : 0;
    const end = from + count;
    for (let slot = from; slot < end; slot++) {
      const at = this.#starts[slot] as number;
      this.#cookie = (this.#cookie + 1) | 0;
      this.#view.setInt32(at + COOKIE_LOW_AT, this.#cookie);
      writeU64(this.#view, at + OFFSET_AT, this.#offsets());
    }
    this.#next = end;
    return this.#bytes.subarray(this.#starts[from], this.#starts[end]);
  }
}
