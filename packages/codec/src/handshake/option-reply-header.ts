/**
 * The head of an answer to an option: server to client, before transmission.
 * Spec: "Fixed newstyle negotiation".
 *
 *   at  size  field   meaning
 *    0     8  magic   REP_MAGIC
 *    8     4  option  the option that is answered, as the client sent it
 *   12     4  type    OptionReply
 *   16     4  length  bytes of data
 *   20                `length` bytes of data follow
 */
import { REP_MAGIC, encodeMagic, expectMagic } from './magic.ts';

export const OPTION_REPLY_HEADER_BYTES = 20;

export interface OptionReplyHeader {
  /** An Option, or any other number. */
  option: number;
  /** An OptionReply, or any other number; unsigned. */
  type: number;
  /** Bytes of data that follow; for an error they are one string, see `decodeText`. */
  length: number;
}

/** Writes `header` at `at` and answers the end of what it wrote. */
export function encodeOptionReplyHeader(
  view: DataView,
  at: number,
  header: OptionReplyHeader,
): number {
  encodeMagic(view, at, REP_MAGIC);
  view.setUint32(at + 8, header.option);
  view.setUint32(at + 12, header.type);
  view.setUint32(at + 16, header.length);
  return at + OPTION_REPLY_HEADER_BYTES;
}

/**
 * Reads the option reply header at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-magic": the stream has lost its framing and cannot go on.
 */
export function decodeOptionReplyHeader<T extends OptionReplyHeader>(
  view: DataView,
  at: number,
  target: T,
): T {
  expectMagic(view, at, REP_MAGIC, 'REP_MAGIC, the start of an option reply,');
  target.option = view.getUint32(at + 8);
  target.type = view.getUint32(at + 12);
  target.length = view.getUint32(at + 16);
  return target;
}
