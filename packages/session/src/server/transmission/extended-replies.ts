/**
 * The extended form: each chunk echoes the offset of the request, and lengths have 64 bits.
 * Spec: proto.md, "Extended reply chunk message" (experimental).
 */
import {
  BLOCK_STATUS_EXT_EXTENT_BYTES,
  BLOCK_STATUS_EXT_HEAD_BYTES,
  ChunkType,
  encodeBlockStatusExtExtent,
  encodeBlockStatusExtHead,
  encodeExtendedChunkHeader,
  encodeExtendedDataChunk,
  EXTENDED_CHUNK_HEADER_BYTES,
  EXTENDED_DATA_CHUNK_BYTES,
} from '@nbd/codec';
import { ChunkedReplies } from './chunked-replies.ts';
import { echoOffset } from './echoed-offset.ts';
import type { ReplyForm } from './reply-form.ts';

export const EXTENDED_REPLIES: ReplyForm = new ChunkedReplies({
  headerBytes: EXTENDED_CHUNK_HEADER_BYTES,
  encodeHeader(view, at, header, request) {
    encodeExtendedChunkHeader(view, at, header);
    if (header.offset > Number.MAX_SAFE_INTEGER) echoOffset(view, at, request);
  },
  dataChunkBytes: EXTENDED_DATA_CHUNK_BYTES,
  encodeDataChunk: encodeExtendedDataChunk,
  statusType: ChunkType.BLOCK_STATUS_EXT,
  statusHeadBytes: BLOCK_STATUS_EXT_HEAD_BYTES,
  statusExtentBytes: BLOCK_STATUS_EXT_EXTENT_BYTES,
  statusLengthMax: Number.MAX_SAFE_INTEGER,
  encodeStatusHead: encodeBlockStatusExtHead,
  encodeStatusExtent: encodeBlockStatusExtExtent,
});
