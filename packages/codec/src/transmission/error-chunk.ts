/**
 * The payload of an ERROR chunk.
 * Spec: "NBD_REPLY_TYPE_ERROR".
 *
 *   at   size  field          meaning
 *    0      4  error          ErrorCode, not 0
 *    4      2  messageLength  M, bytes
 *    6      M  message        UTF-8, for a person to read; may be empty
 *    6+M       tail           none is defined for ERROR; ignored when read
 *
 * Every error chunk begins like this, whatever its type, so a client can read the first fields of
 * one that it does not know.
 */
import { Cursor } from '../cursor.ts';
import { encodeText, measureText } from '../text.ts';

export interface ErrorChunk {
  /** An ErrorCode but not OK. Decoded it may be any number: a client takes 0 for EINVAL. */
  readonly error: number;
  /** For a person to read. */
  readonly message: string;
}

/**
 * The size in bytes.
 *
 * @throws RangeError if the message cannot be sent.
 */
export function measureErrorChunk({ message }: ErrorChunk): number {
  return 6 + measureText(message);
}

/**
 * Writes `chunk` at `at` and answers the end of what it wrote.
 *
 * @throws RangeError if the message cannot be sent.
 */
export function encodeErrorChunk(view: DataView, at: number, chunk: ErrorChunk): number {
  view.setUint32(at, chunk.error);
  const end = encodeText(view, at + 6, chunk.message);
  view.setUint16(at + 4, end - (at + 6));
  return end;
}

/**
 * Reads `bytes`. This one decoder does not reject what follows the message: see "tail" above.
 *
 * @throws WireError "bad-length" if the message is longer than the payload, or than a string may
 * be; "bad-text" if it is not a string.
 */
export function decodeErrorChunk(bytes: Uint8Array): ErrorChunk {
  return readErrorFields(new Cursor(bytes, 'error chunk'), 0);
}

/**
 * Reads what all error chunks begin with, and leaves the cursor at their tail, which must have
 * at least `tailBytes`.
 */
export function readErrorFields(cursor: Cursor, tailBytes: number): ErrorChunk {
  const error = cursor.u32();
  const message = cursor.text(cursor.u16(), tailBytes);
  return { error, message };
}
