/**
 * The payload of an ERROR_OFFSET chunk.
 * Spec: "NBD_REPLY_TYPE_ERROR_OFFSET".
 *
 *   at   size  field          meaning
 *    0      4  error          ErrorCode, not 0
 *    4      2  messageLength  M, bytes
 *    6      M  message        UTF-8, for a person to read; may be empty
 *    6+M    8  offset         where the error is, in bytes from the start of the export
 *   14+M
 */
import { Cursor } from '../cursor.ts';
import { writeU64 } from '../u64.ts';
import {
  type ErrorChunk,
  encodeErrorChunk,
  measureErrorChunk,
  readErrorFields,
} from './error-chunk.ts';

const OFFSET_BYTES = 8;

export interface ErrorOffsetChunk extends ErrorChunk {
  /** Bytes from the start of the export; see `readU64` for values above 2^53 - 1. */
  readonly offset: number;
}

/**
 * The size in bytes.
 *
 * @throws RangeError if the message cannot be sent.
 */
export function measureErrorOffsetChunk(chunk: ErrorOffsetChunk): number {
  return measureErrorChunk(chunk) + OFFSET_BYTES;
}

/**
 * Writes `chunk` at `at` and answers the end of what it wrote.
 *
 * @throws RangeError if the message cannot be sent.
 */
export function encodeErrorOffsetChunk(
  view: DataView,
  at: number,
  chunk: ErrorOffsetChunk,
): number {
  const end = encodeErrorChunk(view, at, chunk);
  writeU64(view, end, chunk.offset);
  return end + OFFSET_BYTES;
}

/**
 * Reads all of `bytes`.
 *
 * @throws WireError "bad-length" if the message does not leave exactly the offset, or is longer
 * than a string may be; "bad-text" if it is not a string.
 */
export function decodeErrorOffsetChunk(bytes: Uint8Array): ErrorOffsetChunk {
  const cursor = new Cursor(bytes, 'error offset chunk');
  const { error, message } = readErrorFields(cursor, OFFSET_BYTES);
  const offset = cursor.u64();
  cursor.end();
  return { error, message, offset };
}
