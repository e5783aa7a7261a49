/**
 * Counts the replies in a stream that holds nothing else, of any form and with any amount of data.
 * Hot path: the headers are looked at where they lie, and the data not at all.
 */
import {
  EXTENDED_CHUNK_HEADER_BYTES,
  EXTENDED_REPLY_MAGIC,
  ReplyFlag,
  SIMPLE_REPLY_BYTES,
  SIMPLE_REPLY_MAGIC,
  spellErrorCode,
  STRUCTURED_CHUNK_HEADER_BYTES,
  STRUCTURED_REPLY_MAGIC,
} from '@nbd/codec';

/** Positions in headers; `@nbd/codec` has the tables. */
const ERROR_AT = 4;
const COOKIE_HIGH_AT = 8;
const FLAGS_AT = 4;
const TYPE_AT = 6;
const STRUCTURED_LENGTH_AT = 16;
const EXTENDED_LENGTH_LOW_AT = 28;

const MAGIC_BYTES = 4;
const FIRST_ERROR_CHUNK = 0x8000;

/**
 * A simple reply does not say how much data it has, but echoes a cookie: the upper half of that is the
 * length, as `RequestRing` sets it. So nothing needs to be remembered of what is in flight.
 *
 * Each header is checked, since one that says "error" has no data behind it and would put all that
 * follows out of step, or with WRITE would pass for a success.
 */
export class ReplyCounter {
  /** The part of a header that was in earlier chunks. */
  readonly #head = new DataView(new ArrayBuffer(EXTENDED_CHUNK_HEADER_BYTES));
  #headBytes = 0;
  /** Bytes that are to come before the next header. */
  #skipBytes = 0;
  /** Whether a reply is whole once they are there. */
  #isLast = false;

  /**
   * Takes the first `length` bytes of `view`, and answers how many replies they complete.
   *
   * @throws Error for a reply that tells of an error, and for anything that is no reply
   */
  count(view: DataView, length: number): number {
    let replies = 0;
    let at = 0;
    while (at < length) {
      if (this.#skipBytes > 0) {
        const step = Math.min(this.#skipBytes, length - at);
        this.#skipBytes -= step;
        at += step;
      } else {
        at = this.#header(view, at, length);
      }
      if (this.#skipBytes === 0 && this.#headBytes === 0 && this.#isLast) replies++;
    }
    return replies;
  }

  /** Reads the next header, or keeps what is here of it. Answers where it ends. */
  #header(view: DataView, from: number, end: number): number {
    if (this.#headBytes === 0 && from + MAGIC_BYTES <= end) {
      const bytes = headerBytes(view, from);
      if (from + bytes <= end) {
        this.#begin(view, from);
        return from + bytes;
      }
    }
    let at = from;
    while (at < end && !this.#hasWholeHead())
      this.#head.setUint8(this.#headBytes++, view.getUint8(at++));
    if (this.#hasWholeHead()) {
      this.#headBytes = 0;
      this.#begin(this.#head, 0);
    }
    return at;
  }

  #hasWholeHead(): boolean {
    return this.#headBytes >= MAGIC_BYTES && this.#headBytes === headerBytes(this.#head, 0);
  }

  /** Looks at the header at `at`. */
  #begin(view: DataView, at: number): void {
    const magic = view.getUint32(at);
    if (magic === SIMPLE_REPLY_MAGIC) {
      const error = view.getUint32(at + ERROR_AT);
      if (error !== 0) {
        throw new Error(`expected a reply without error, found ${spellErrorCode(error)}`);
      }
      this.#skipBytes = view.getUint32(at + COOKIE_HIGH_AT);
      this.#isLast = true;
      return;
    }
    const type = view.getUint16(at + TYPE_AT);
    if (type >= FIRST_ERROR_CHUNK) {
      throw new Error(`expected a reply without error, found a chunk of type ${type}`);
    }
    const lengthAt =
      magic === STRUCTURED_REPLY_MAGIC ? STRUCTURED_LENGTH_AT : EXTENDED_LENGTH_LOW_AT;
    this.#skipBytes = view.getUint32(at + lengthAt);
    this.#isLast = (view.getUint16(at + FLAGS_AT) & ReplyFlag.DONE) !== 0;
  }
}

function headerBytes(view: DataView, at: number): number {
  const magic = view.getUint32(at);
  if (magic === SIMPLE_REPLY_MAGIC) return SIMPLE_REPLY_BYTES;
  if (magic === STRUCTURED_REPLY_MAGIC) return STRUCTURED_CHUNK_HEADER_BYTES;
  if (magic === EXTENDED_REPLY_MAGIC) return EXTENDED_CHUNK_HEADER_BYTES;
  throw new Error(`expected the magic of a reply, found 0x${magic.toString(16)}`);
}
