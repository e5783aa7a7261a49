/**
 * The request: client to server, transmission phase.
 * Spec: "Request message". Hot path: no allocation, no BigInt.
 *
 *   at  size  field    meaning
 *    0     4  magic    REQUEST_MAGIC
 *    4     2  flags    CommandFlag bits
 *    6     2  type     Command
 *    8     8  cookie   opaque to the server; every reply echoes it
 *   16     8  offset   bytes from the start of the export
 *   24     4  length   bytes
 *   28                 a WRITE is followed by `length` bytes of payload
 */
import { readU64, writeU64 } from '../u64.ts';
import { WireError } from '../wire-error.ts';

export const REQUEST_MAGIC = 0x2560_9513;
export const REQUEST_BYTES = 28;

/** The fields of a request, in either form: see ExtendedRequest for the other. */
export interface Request {
  /** CommandFlag bits. */
  flags: number;
  /** A Command, or any other number. */
  type: number;
  /** The two halves of the cookie as signed words: never a count, never compared by size. */
  cookieHigh: number;
  cookieLow: number;
  /** Bytes from the start of the export; see `readU64` for values above 2^53 - 1. */
  offset: number;
  /** Bytes, of the payload or of the range, as the command has it. */
  length: number;
}

/** Writes `request` at `at` and answers the end of what it wrote. */
export function encodeRequest(view: DataView, at: number, request: Request): number {
  view.setUint32(at, REQUEST_MAGIC);
  view.setUint16(at + 4, request.flags);
  view.setUint16(at + 6, request.type);
  view.setInt32(at + 8, request.cookieHigh);
  view.setInt32(at + 12, request.cookieLow);
  writeU64(view, at + 16, request.offset);
  view.setUint32(at + 24, request.length);
  return at + REQUEST_BYTES;
}

/**
 * Reads the request at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-magic": the stream has lost its framing and cannot go on.
 */
export function decodeRequest<T extends Request>(view: DataView, at: number, target: T): T {
  if (view.getUint32(at) !== REQUEST_MAGIC) {
    throw new WireError('bad-magic', `expected REQUEST_MAGIC, the start of a request, at ${at}`);
  }
  target.flags = view.getUint16(at + 4);
  target.type = view.getUint16(at + 6);
  target.cookieHigh = view.getInt32(at + 8);
  target.cookieLow = view.getInt32(at + 12);
  target.offset = readU64(view, at + 16);
  target.length = view.getUint32(at + 24);
  return target;
}
