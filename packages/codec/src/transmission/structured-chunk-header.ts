/**
 * The head of one chunk of a structured reply: server to client, transmission phase.
 * Spec: "Structured reply chunk message". Hot path: no allocation, no BigInt.
 *
 *   at  size  field    meaning
 *    0     4  magic    STRUCTURED_REPLY_MAGIC
 *    4     2  flags    ReplyFlag bits
 *    6     2  type     ChunkType
 *    8     8  cookie   that of the request
 *   16     4  length   bytes of payload
 *   20                 `length` bytes of payload follow
 */
import { WireError } from '../wire-error.ts';

export const STRUCTURED_REPLY_MAGIC = 0x668e_33ef;
export const STRUCTURED_CHUNK_HEADER_BYTES = 20;

export interface StructuredChunkHeader {
  /** ReplyFlag bits. */
  flags: number;
  /** A ChunkType, or any other number. */
  type: number;
  /** The two halves of the request's cookie, as signed words. */
  cookieHigh: number;
  cookieLow: number;
  /** Bytes of payload that follow. */
  length: number;
}

/** Writes `header` at `at` and answers the end of what it wrote. */
export function encodeStructuredChunkHeader(
  view: DataView,
  at: number,
  header: StructuredChunkHeader,
): number {
  view.setUint32(at, STRUCTURED_REPLY_MAGIC);
  view.setUint16(at + 4, header.flags);
  view.setUint16(at + 6, header.type);
  view.setInt32(at + 8, header.cookieHigh);
  view.setInt32(at + 12, header.cookieLow);
  view.setUint32(at + 16, header.length);
  return at + STRUCTURED_CHUNK_HEADER_BYTES;
}

/**
 * Reads the chunk header at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-magic": the stream has lost its framing and cannot go on.
 */
export function decodeStructuredChunkHeader<T extends StructuredChunkHeader>(
  view: DataView,
  at: number,
  target: T,
): T {
  if (view.getUint32(at) !== STRUCTURED_REPLY_MAGIC) {
    throw new WireError(
      'bad-magic',
      `expected STRUCTURED_REPLY_MAGIC, the start of a structured chunk, at ${at}`,
    );
  }
  target.flags = view.getUint16(at + 4);
  target.type = view.getUint16(at + 6);
  target.cookieHigh = view.getInt32(at + 8);
  target.cookieLow = view.getInt32(at + 12);
  target.length = view.getUint32(at + 16);
  return target;
}
