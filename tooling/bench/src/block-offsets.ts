/**
 * Where the next request goes. Hot path: called once for each request.
 */

/** Answers the next offset, a multiple of the block size. */
export type BlockOffsets = () => number;

const WORD = 0x1_0000_0000;

/** One block after the other from the one at index `first`, and from the start again at the end. */
export function sequentialOffsets(blockBytes: number, blocks: number, first: number): BlockOffsets {
  let next = first % blocks;
  return () => {
    const offset = next * blockBytes;
    next = next + 1 === blocks ? 0 : next + 1;
    return offset;
  };
}

/**
 * Any block, the same ones for the same `seed`: a linear congruential generator modulo 2^32. The block
 * is taken from its high bits, because the low ones of such a generator repeat after a few steps.
 */
export function randomOffsets(blockBytes: number, blocks: number, seed: number): BlockOffsets {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / WORD) * blocks) * blockBytes;
  };
}
