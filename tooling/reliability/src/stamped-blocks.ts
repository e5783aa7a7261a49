/**
 * Blocks that tell which write they are of. Each word of 8 bytes holds the stamp of its write and its own place on
 * the disk, so that a block made of two writes, or of bytes from elsewhere, is known for what it is.
 *
 * | at | size | meaning                                                       |
 * | -- | ---- | ------------------------------------------------------------- |
 * | 0  | 4    | the stamp, little-endian; 0 in a word of zeroes               |
 * | 4  | 4    | one more than the number of the word on the disk; or 0, there |
 */

/** What a disk must keep whole, and what is judged as one: a sector. */
export const BLOCK_BYTES = 512;

/** The stamp of a block of zeroes. Those of writes are above it. */
export const ZEROES = 0;

/** In place of a stamp: bytes that no write has put where they were found. */
export const FOREIGN = -1;

const WORD_BYTES = 8;
const WORDS = BLOCK_BYTES / WORD_BYTES;

/** `count` blocks as the write `stamp` puts them at the block `first` of a disk. */
export function stampedBlocks(stamp: number, first: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count * BLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  for (let word = 0; word < count * WORDS; word++) {
    view.setUint32(word * WORD_BYTES, stamp, true);
    view.setUint32(word * WORD_BYTES + 4, first * WORDS + word + 1, true);
  }
  return bytes;
}

/** Whose the words of a block are, each stamp once: one for a whole block, more for a torn one. */
export function stampsIn(bytes: Uint8Array, at: number, block: number): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, BLOCK_BYTES);
  const stamps: number[] = [];
  for (let word = 0; word < WORDS; word++) {
    const stamp = stampOf(view, word, block * WORDS + word + 1);
    if (!stamps.includes(stamp)) stamps.push(stamp);
  }
  return stamps;
}

function stampOf(view: DataView, word: number, place: number): number {
  const stamp = view.getUint32(word * WORD_BYTES, true);
  const found = view.getUint32(word * WORD_BYTES + 4, true);
  return found === (stamp === ZEROES ? 0 : place) ? stamp : FOREIGN;
}
