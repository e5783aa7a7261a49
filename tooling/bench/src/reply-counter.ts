/**
 * Counts simple replies in a stream that holds nothing else, all with the same amount of data.
 * Hot path: the headers are looked at where they lie, and the data not at all.
 */
import { SIMPLE_REPLY_BYTES, SIMPLE_REPLY_MAGIC, spellErrorCode } from '@nbd/codec';

const ERROR_AT = 4;

/**
 * Each header is checked, since one that says "error" has no data behind it and would put all that
 * follows out of step, or with WRITE would pass for a success.
 */
export class ReplyCounter {
  readonly #replyBytes: number;
  /** The part of a header that was in earlier chunks. */
  readonly #head = new DataView(new ArrayBuffer(SIMPLE_REPLY_BYTES));
  #headBytes = 0;
  /** The next header not yet looked at begins so many bytes into the next chunk, if `#headBytes` is 0. */
  #headerAt = 0;
  /** Bytes of the reply that is arriving. */
  #arrived = 0;

  /** `dataBytes` is what follows each header: the length of a READ, 0 of a WRITE. */
  constructor(dataBytes: number) {
    this.#replyBytes = SIMPLE_REPLY_BYTES + dataBytes;
  }

  /**
   * Takes the first `length` bytes of `view`, and answers how many replies they complete.
   *
   * @throws Error for a reply that tells of an error, and for anything that is no simple reply
   */
  count(view: DataView, length: number): number {
    let at = this.#headBytes > 0 ? this.#completeHead(view, length) : this.#headerAt;
    for (; at + SIMPLE_REPLY_BYTES <= length; at += this.#replyBytes) check(view, at);
    for (; at < length; at++) this.#keep(view.getUint8(at));
    this.#headerAt = at - length;
    this.#arrived += length;
    const replies = Math.floor(this.#arrived / this.#replyBytes);
    this.#arrived -= replies * this.#replyBytes;
    return replies;
  }

  /** Answers where in the chunk the header after the split one begins. */
  #completeHead(view: DataView, length: number): number {
    let at = 0;
    while (at < length && this.#headBytes < SIMPLE_REPLY_BYTES) this.#keep(view.getUint8(at++));
    if (this.#headBytes < SIMPLE_REPLY_BYTES) return at;
    check(this.#head, 0);
    this.#headBytes = 0;
    return at + this.#replyBytes - SIMPLE_REPLY_BYTES;
  }

  #keep(byte: number): void {
    this.#head.setUint8(this.#headBytes++, byte);
  }
}

function check(view: DataView, at: number): void {
  const magic = view.getUint32(at);
  if (magic !== SIMPLE_REPLY_MAGIC) {
    throw new Error(`expected the magic of a simple reply, found 0x${magic.toString(16)}`);
  }
  const error = view.getUint32(at + ERROR_AT);
  if (error !== 0)
    throw new Error(`expected a reply without error, found ${spellErrorCode(error)}`);
}
