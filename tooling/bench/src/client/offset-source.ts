/**
 * Where the next request goes. Hot path: called once for each request.
 */

/** Answers the next offset. */
export type OffsetSource = () => number;

/** A part of an export in which all requests lie. */
export interface Region {
  /** Its first offset. */
  readonly start: number;
  /** How many places for a request it has, each `stepBytes` after the one before. */
  readonly places: number;
  readonly stepBytes: number;
}

const WORD = 0x1_0000_0000;

/** One place after the other from the one at index `first`, and from the start again at the end. */
export function sequentialOffsets(
  { start, places, stepBytes }: Region,
  first: number,
): OffsetSource {
  let next = first % places;
  return () => {
    const offset = start + next * stepBytes;
    next = next + 1 === places ? 0 : next + 1;
    return offset;
  };
}

/**
 * Any place, the same ones for the same `seed`: a linear congruential generator modulo 2^32. The place
 * is taken from its high bits, because the low ones of such a generator repeat after a few steps.
 */
export function randomOffsets({ start, places, stepBytes }: Region, seed: number): OffsetSource {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return start + Math.floor((state / WORD) * places) * stepBytes;
  };
}
