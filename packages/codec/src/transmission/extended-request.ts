/**
 * The request once extended headers are agreed on: client to server, transmission phase.
 * Spec: "Extended request message" (experimental). Hot path: no allocation, no BigInt.
 *
 *   at  size  field    meaning
 *    0     4  magic    EXTENDED_REQUEST_MAGIC
 *    4     2  flags    CommandFlag bits
 *    6     2  type     Command
 *    8     8  cookie   opaque to the server; every reply echoes it
 *   16     8  offset   bytes from the start of the export
 *   24     8  length   bytes of payload if CommandFlag.PAYLOAD_LEN is set, else of the range
 *   32                 with PAYLOAD_LEN, `length` bytes of payload follow
 */
import { readU64, writeU64 } from '../u64.ts';
import { WireError } from '../wire-error.ts';
import type { Request } from './request.ts';

export const EXTENDED_REQUEST_MAGIC = 0x21e4_1c71;
export const EXTENDED_REQUEST_BYTES = 32;

/** The fields of a Request; `length` is 64 bits wide, see `readU64` for values above 2^53 - 1. */
export interface ExtendedRequest extends Request {}

/** Writes `request` at `at` and answers the end of what it wrote. */
export function encodeExtendedRequest(
  view: DataView,
  at: number,
  request: ExtendedRequest,
): number {
  view.setUint32(at, EXTENDED_REQUEST_MAGIC);
  view.setUint16(at + 4, request.flags);
  view.setUint16(at + 6, request.type);
  view.setInt32(at + 8, request.cookieHigh);
  view.setInt32(at + 12, request.cookieLow);
  writeU64(view, at + 16, request.offset);
  writeU64(view, at + 24, request.length);
  return at + EXTENDED_REQUEST_BYTES;
}

/**
 * Reads the request at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-magic": the stream has lost its framing and cannot go on.
 */
export function decodeExtendedRequest<T extends ExtendedRequest>(
  view: DataView,
  at: number,
  target: T,
): T {
  if (view.getUint32(at) !== EXTENDED_REQUEST_MAGIC) {
    throw new WireError(
      'bad-magic',
      `expected EXTENDED_REQUEST_MAGIC, the start of an extended request, at ${at}`,
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
