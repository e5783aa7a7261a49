/**
 * The head of one chunk of a reply once extended headers are agreed on: server to client.
 * Spec: "Extended reply chunk message" (experimental). Hot path: no allocation, no BigInt.
 *
 *   at  size  field    meaning
 *    0     4  magic    EXTENDED_REPLY_MAGIC
 *    4     2  flags    ReplyFlag bits
 *    6     2  type     ChunkType
 *    8     8  cookie   that of the request
 *   16     8  offset   that of the request, even if the payload carries another
 *   24     8  length   bytes of payload
 *   32                 `length` bytes of payload follow
 */
import { readU64, writeU64 } from '../u64.ts';
import { WireError } from '../wire-error.ts';
import type { StructuredChunkHeader } from './structured-chunk-header.ts';

export const EXTENDED_REPLY_MAGIC = 0x6e8a_278c;
export const EXTENDED_CHUNK_HEADER_BYTES = 32;

/** The fields of a StructuredChunkHeader; `length` is 64 bits wide, as `offset` is: see `readU64`. */
export interface ExtendedChunkHeader extends StructuredChunkHeader {
  /** The offset of the request, in bytes from the start of the export. */
  offset: number;
}

/** Writes `header` at `at` and answers the end of what it wrote. */
export function encodeExtendedChunkHeader(
  view: DataView,
  at: number,
  header: ExtendedChunkHeader,
): number {
  view.setUint32(at, EXTENDED_REPLY_MAGIC);
  view.setUint16(at + 4, header.flags);
  view.setUint16(at + 6, header.type);
  view.setInt32(at + 8, header.cookieHigh);
  view.setInt32(at + 12, header.cookieLow);
  writeU64(view, at + 16, header.offset);
  writeU64(view, at + 24, header.length);
  return at + EXTENDED_CHUNK_HEADER_BYTES;
}

/**
 * Reads the chunk header at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-magic": the stream has lost its framing and cannot go on.
 */
export function decodeExtendedChunkHeader<T extends ExtendedChunkHeader>(
  view: DataView,
  at: number,
  target: T,
): T {
  if (view.getUint32(at) !== EXTENDED_REPLY_MAGIC) {
    throw new WireError(
      'bad-magic',
      `expected EXTENDED_REPLY_MAGIC, the start of an extended chunk, at ${at}`,
    );
  }
  target.flags = view.getUint16(at + 4);
  target.type = view.getUint16(at + 6);
  target.cookieHigh = view.getInt32(at + 8);
  target.cookieLow = view.getInt32(at + 12);
  target.offset = readU64(view, at + 16);
  target.length = readU64(view, at + 24);
  return target;
}
