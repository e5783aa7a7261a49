/**
 * The lengths of requests of a disk that is used by more than one program at a time.
 */

const COUNT = 64;
const SHORTEST = 512;
const DOUBLINGS = 7;

/** Odd, so that its multiples modulo `COUNT` are all indices once, in no order that one would notice. */
const STRIDE = 27;

/**
 * 64 lengths from 512 to 64 KiB in bytes, as many of them between 512 and 1024 as between 32 and 64 KiB,
 * few of them a multiple of anything. The same at each call.
 */
export function mixedLengths(): readonly number[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const share = ((index * STRIDE) % COUNT) / (COUNT - 1);
    return Math.round(SHORTEST * 2 ** (DOUBLINGS * share));
  });
}
