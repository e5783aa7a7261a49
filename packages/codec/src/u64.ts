/**
 * 64-bit fields as numbers: sizes, offsets, lengths and 64-bit status flags.
 * Hot path: two words and one multiplication, no BigInt.
 */

/** 2^32: the weight of the high word of a 64-bit field. */
const WORD = 0x1_0000_0000;

/** 2^64: the first value that does not fit. */
const PAST_U64 = WORD * WORD;

/**
 * Reads a 64-bit unsigned field.
 *
 * Exact up to 2^53 - 1. Above that it rounds, but never to below 2^53, so a value past the end of
 * every export that can be served stays past the end, and the ordinary range check
 * `offset > size || length > size - offset` is the overflow check too.
 */
export function readU64(view: DataView, at: number): number {
  const high = view.getUint32(at);
  const low = view.getUint32(at + 4);
  // A product is a float to the engine, and so is all that is computed from it; lengths are small.
  return high === 0 ? low : high * WORD + low;
}

/**
 * Writes `value` as 64 bits: a safe integer of at least 0, or anything that `readU64` answered.
 *
 * The largest fields round up to 2^64 when they are read. They are written as 2^64 - 1, because a
 * value out of range must not come back as 0.
 */
export function writeU64(view: DataView, at: number, value: number): void {
  if (value < WORD) {
    view.setUint32(at, 0);
    view.setUint32(at + 4, value);
    return;
  }
  if (value >= PAST_U64) {
    view.setUint32(at, 0xffff_ffff);
    view.setUint32(at + 4, 0xffff_ffff);
    return;
  }
  // The view keeps the low 32 bits of the integer part of what it is given.
  view.setUint32(at, value / WORD);
  view.setUint32(at + 4, value);
}
