/**
 * The start of an OFFSET_DATA payload; the data of a READ follows it.
 * Spec: "NBD_REPLY_TYPE_OFFSET_DATA". Hot path: no allocation, no BigInt.
 *
 *   at  size  field    meaning
 *    0     8  offset   where the data begins, in bytes from the start of the export
 *    8                 data follows, to the end of the payload; at least 1 byte
 */
import { readU64, writeU64 } from '../u64.ts';

export const OFFSET_DATA_HEAD_BYTES = 8;

export interface OffsetDataHead {
  /** Bytes from the start of the export; see `readU64` for values above 2^53 - 1. */
  offset: number;
}

/** Writes `head` at `at` and answers the end of what it wrote. */
export function encodeOffsetDataHead(view: DataView, at: number, head: OffsetDataHead): number {
  writeU64(view, at, head.offset);
  return at + OFFSET_DATA_HEAD_BYTES;
}

/** Reads the head at `at` into `target`, which the caller owns, and answers it. */
export function decodeOffsetDataHead<T extends OffsetDataHead>(
  view: DataView,
  at: number,
  target: T,
): T {
  target.offset = readU64(view, at);
  return target;
}
