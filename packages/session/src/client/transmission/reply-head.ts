/**
 * The head of a reply, or of a chunk of one, in the form that was agreed on (K-021). With structured replies a
 * simple one may still come, so the magic decides how much to read.
 * Spec: proto.md, "Simple reply message", "Structured reply chunk message", "Extended reply chunk message".
 *
 * Hot path: it is read into itself.
 */
import {
  decodeExtendedChunkHeader,
  decodeSimpleReply,
  decodeStructuredChunkHeader,
  EXTENDED_CHUNK_HEADER_BYTES,
  EXTENDED_REPLY_MAGIC,
  type ExtendedChunkHeader,
  SIMPLE_REPLY_BYTES,
  SIMPLE_REPLY_MAGIC,
  type SimpleReply,
  STRUCTURED_CHUNK_HEADER_BYTES,
  STRUCTURED_REPLY_MAGIC,
} from '@nbd/codec';
import type { Inbox } from '../../memory/inbox.ts';
import type { ReplyMode } from '../../agreement/terms.ts';
import { Violation } from '../violation.ts';

const MAGIC_BYTES = 4;

export class ReplyHead implements SimpleReply, ExtendedChunkHeader {
  /** Whether this is a chunk, or a simple reply: which of the fields are valid. */
  isChunk = false;
  /** Of a simple reply. */
  error = 0;
  cookieHigh = 0;
  cookieLow = 0;
  /** Of a chunk; the offset of an extended one only. */
  flags = 0;
  type = 0;
  offset = 0;
  length = 0;

  readonly #mode: ReplyMode;

  constructor(mode: ReplyMode) {
    this.#mode = mode;
  }

  /**
   * Reads the next head; false: not all of it is here yet.
   *
   * @throws Violation "bad-magic", as soon as the magic is here
   */
  read(inbox: Inbox): boolean {
    if (!inbox.peek(MAGIC_BYTES)) return false;
    switch (inbox.view.getUint32(inbox.at)) {
      case SIMPLE_REPLY_MAGIC:
        return this.#mode === 'extended' ? this.#fail() : this.#readSimple(inbox);
      case STRUCTURED_REPLY_MAGIC:
        return this.#mode === 'structured' ? this.#readStructured(inbox) : this.#fail();
      case EXTENDED_REPLY_MAGIC:
        return this.#mode === 'extended' ? this.#readExtended(inbox) : this.#fail();
      default:
        return this.#fail();
    }
  }

  #readSimple(inbox: Inbox): boolean {
    if (!inbox.header(SIMPLE_REPLY_BYTES)) return false;
    decodeSimpleReply(inbox.view, inbox.at, this);
    this.isChunk = false;
    return true;
  }

  #readStructured(inbox: Inbox): boolean {
    if (!inbox.header(STRUCTURED_CHUNK_HEADER_BYTES)) return false;
    decodeStructuredChunkHeader(inbox.view, inbox.at, this);
    this.isChunk = true;
    return true;
  }

  #readExtended(inbox: Inbox): boolean {
    if (!inbox.header(EXTENDED_CHUNK_HEADER_BYTES)) return false;
    decodeExtendedChunkHeader(inbox.view, inbox.at, this);
    this.isChunk = true;
    return true;
  }

  #fail(): never {
    throw new Violation('bad-magic', `expected the magic of a reply in the ${this.#mode} form`);
  }
}
