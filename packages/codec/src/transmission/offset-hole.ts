/**
 * The payload of an OFFSET_HOLE chunk: this part of a READ is all zeroes.
 * Spec: "NBD_REPLY_TYPE_OFFSET_HOLE".
 *
 *   at  size  field    meaning
 *    0     8  offset   where the hole begins, in bytes from the start of the export
 *    8     4  length   bytes of the hole, at least 1; 32 bits even with extended headers
 *   12
 */
import { readU64, writeU64 } from '../u64.ts';
import { WireError } from '../wire-error.ts';

export const OFFSET_HOLE_BYTES = 12;

export interface OffsetHole {
  /** Bytes from the start of the export; see `readU64` for values above 2^53 - 1. */
  offset: number;
  /** Bytes, at least 1. */
  length: number;
}

/** Writes `hole` at `at` and answers the end of what it wrote. */
export function encodeOffsetHole(view: DataView, at: number, hole: OffsetHole): number {
  writeU64(view, at, hole.offset);
  view.setUint32(at + 8, hole.length);
  return at + OFFSET_HOLE_BYTES;
}

/**
 * Reads the hole at `at` into `target`, which the caller owns, and answers it.
 *
 * @throws WireError "bad-value" if the hole is empty.
 */
export function decodeOffsetHole<T extends OffsetHole>(view: DataView, at: number, target: T): T {
  target.offset = readU64(view, at);
  target.length = view.getUint32(at + 8);
  if (target.length === 0) {
    throw new WireError('bad-value', `expected a hole of at least 1 byte at ${at}, found 0`);
  }
  return target;
}
