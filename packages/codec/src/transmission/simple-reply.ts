/**
 * The reply of a session without structured replies: server to client, transmission phase.
 * Spec: "Simple reply message". Hot path: no allocation, no BigInt.
 *
 *   at  size  field    meaning
 *    0     4  magic    SIMPLE_REPLY_MAGIC
 *    4     4  error    ErrorCode
 *    8     8  cookie   that of the request
 *   16                 a READ that succeeded is followed by its data
 */
import { WireError } from '../wire-error.ts';

export const SIMPLE_REPLY_MAGIC = 0x6744_6698;
export const SIMPLE_REPLY_BYTES = 16;

export interface SimpleReply {
  /** An ErrorCode, or any other number. */
  error: number;
  /** The two halves of the request's cookie, as signed words. */
  cookieHigh: number;
  cookieLow: number;
}

/** Writes `reply` at `at` and answers the end of what it wrote. */
export function encodeSimpleReply(view: DataView, at: number, reply: SimpleReply): number {
  view.setUint32(at, SIMPLE_REPLY_MAGIC);
  view.setUint32(at + 4, reply.error);
  view.setInt32(at + 8, reply.cookieHigh);
  view.setInt32(at + 12, reply.cookieLow);
  return at + SIMPLE_REPLY_BYTES;
}

/**
 * Reads the simple reply at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-magic": the stream has lost its framing and cannot go on.
 */
export function decodeSimpleReply<T extends SimpleReply>(view: DataView, at: number, target: T): T {
  if (view.getUint32(at) !== SIMPLE_REPLY_MAGIC) {
    throw new WireError(
      'bad-magic',
      `expected SIMPLE_REPLY_MAGIC, the start of a simple reply, at ${at}`,
    );
  }
  target.error = view.getUint32(at + 4);
  target.cookieHigh = view.getInt32(at + 8);
  target.cookieLow = view.getInt32(at + 12);
  return target;
}
