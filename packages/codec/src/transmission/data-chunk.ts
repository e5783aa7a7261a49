/**
 * A chunk of data up to the data: a chunk header of type OFFSET_DATA and the OffsetDataHead behind it, written in one
 * go, as each READ needs them. To read them, read the one and then the other; their tables are in their own files.
 * Spec: "NBD_REPLY_TYPE_OFFSET_DATA". Hot path: no allocation, no BigInt.
 */
import { writeU64 } from '../u64.ts';
import { ChunkType } from './chunk-type.ts';
import { EXTENDED_CHUNK_HEADER_BYTES, EXTENDED_REPLY_MAGIC } from './extended-chunk-header.ts';
import { OFFSET_DATA_HEAD_BYTES } from './offset-data.ts';
import { ReplyFlag } from './reply-flag.ts';
import {
  STRUCTURED_CHUNK_HEADER_BYTES,
  STRUCTURED_REPLY_MAGIC,
} from './structured-chunk-header.ts';

export const STRUCTURED_DATA_CHUNK_BYTES: number =
  STRUCTURED_CHUNK_HEADER_BYTES + OFFSET_DATA_HEAD_BYTES;
export const EXTENDED_DATA_CHUNK_BYTES: number =
  EXTENDED_CHUNK_HEADER_BYTES + OFFSET_DATA_HEAD_BYTES;

export interface DataChunk {
  /** The two halves of the request's cookie, as signed words. */
  readonly cookieHigh: number;
  readonly cookieLow: number;
  /** Where the data begins, in bytes from the start of the export. */
  readonly offset: number;
  /** Bytes of data that follow. */
  readonly length: number;
}

export interface ExtendedDataChunk extends DataChunk {
  /** The offset of the request, in bytes from the start of the export. */
  readonly requestOffset: number;
}

/** Writes all of `chunk` at `at` but the data, and answers the end of what it wrote. `isLast`: the reply ends with it. */
export function encodeStructuredDataChunk(
  view: DataView,
  at: number,
  chunk: DataChunk,
  isLast: boolean,
): number {
  view.setUint32(at, STRUCTURED_REPLY_MAGIC);
  view.setUint16(at + 4, isLast ? ReplyFlag.DONE : 0);
  view.setUint16(at + 6, ChunkType.OFFSET_DATA);
  view.setInt32(at + 8, chunk.cookieHigh);
  view.setInt32(at + 12, chunk.cookieLow);
  view.setUint32(at + 16, OFFSET_DATA_HEAD_BYTES + chunk.length);
  writeU64(view, at + 20, chunk.offset);
  return at + STRUCTURED_DATA_CHUNK_BYTES;
}

/** Writes all of `chunk` at `at` but the data, and answers the end of what it wrote. `isLast`: the reply ends with it. */
export function encodeExtendedDataChunk(
  view: DataView,
  at: number,
  chunk: ExtendedDataChunk,
  isLast: boolean,
): number {
  view.setUint32(at, EXTENDED_REPLY_MAGIC);
  view.setUint16(at + 4, isLast ? ReplyFlag.DONE : 0);
  view.setUint16(at + 6, ChunkType.OFFSET_DATA);
  view.setInt32(at + 8, chunk.cookieHigh);
  view.setInt32(at + 12, chunk.cookieLow);
  writeU64(view, at + 16, chunk.requestOffset);
  writeU64(view, at + 24, OFFSET_DATA_HEAD_BYTES + chunk.length);
  writeU64(view, at + 32, chunk.offset);
  return at + EXTENDED_DATA_CHUNK_BYTES;
}
