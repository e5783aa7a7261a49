/** The structured form. Spec: proto.md, "Structured reply chunk message". */
import {
  BLOCK_STATUS_EXTENT_BYTES,
  BLOCK_STATUS_HEAD_BYTES,
  ChunkType,
  encodeBlockStatusExtent,
  encodeBlockStatusHead,
  encodeStructuredChunkHeader,
  encodeStructuredDataChunk,
  STRUCTURED_CHUNK_HEADER_BYTES,
  STRUCTURED_DATA_CHUNK_BYTES,
} from '@nbd/codec';
import { ChunkedReplies } from './chunked-replies.ts';
import type { ReplyForm } from './reply-form.ts';

export const STRUCTURED_REPLIES: ReplyForm = new ChunkedReplies({
  headerBytes: STRUCTURED_CHUNK_HEADER_BYTES,
  encodeHeader: encodeStructuredChunkHeader,
  dataChunkBytes: STRUCTURED_DATA_CHUNK_BYTES,
  encodeDataChunk: encodeStructuredDataChunk,
  statusType: ChunkType.BLOCK_STATUS,
  statusHeadBytes: BLOCK_STATUS_HEAD_BYTES,
  statusExtentBytes: BLOCK_STATUS_EXTENT_BYTES,
  statusLengthMax: 0xffff_ffff,
  encodeStatusHead: encodeBlockStatusHead,
  encodeStatusExtent: encodeBlockStatusExtent,
});
