/** The header of a reply in any of the three forms, as far as a wire must know it. */
import {
  ChunkType,
  decodeExtendedChunkHeader,
  decodeSimpleReply,
  decodeStructuredChunkHeader,
  EXTENDED_CHUNK_HEADER_BYTES,
  EXTENDED_REPLY_MAGIC,
  ReplyFlag,
  SIMPLE_REPLY_BYTES,
  SIMPLE_REPLY_MAGIC,
  STRUCTURED_CHUNK_HEADER_BYTES,
  STRUCTURED_REPLY_MAGIC,
} from '@nbd/codec';

export interface ReplyHead {
  readonly cookie: bigint;
  /** Nothing comes behind this message and its payload. */
  readonly isLast: boolean;
  /** Of a simple reply: its error. */
  readonly error?: number;
  /** Of a chunk: its payload begins with the error. */
  readonly isError?: boolean;
  /** Of a chunk; a simple reply has the data of a READ behind it if it is no error. */
  readonly payloadBytes?: number;
}

/** How long the header with this magic is; `undefined`: it is no reply's. */
export function replyHeaderBytes(magic: number): number | undefined {
  switch (magic) {
    case SIMPLE_REPLY_MAGIC:
      return SIMPLE_REPLY_BYTES;
    case STRUCTURED_REPLY_MAGIC:
      return STRUCTURED_CHUNK_HEADER_BYTES;
    case EXTENDED_REPLY_MAGIC:
      return EXTENDED_CHUNK_HEADER_BYTES;
    default:
      return undefined;
  }
}

/** Reads a whole header, whose magic is one of the three. */
export function readReplyHead(view: DataView): ReplyHead {
  const cookie = view.getBigUint64(8);
  const blank = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
  switch (view.getUint32(0)) {
    case SIMPLE_REPLY_MAGIC: {
      const { error } = decodeSimpleReply(view, 0, { error: 0, cookieHigh: 0, cookieLow: 0 });
      return { cookie, isLast: true, error };
    }
    case STRUCTURED_REPLY_MAGIC:
      return { cookie, ...chunk(decodeStructuredChunkHeader(view, 0, blank)) };
    default:
      return { cookie, ...chunk(decodeExtendedChunkHeader(view, 0, blank)) };
  }
}

function chunk(header: {
  readonly flags: number;
  readonly type: number;
  readonly length: number;
}): Omit<ReplyHead, 'cookie'> {
  return {
    isLast: (header.flags & ReplyFlag.DONE) !== 0,
    isError: header.type === ChunkType.ERROR || header.type === ChunkType.ERROR_OFFSET,
    payloadBytes: header.length,
  };
}
