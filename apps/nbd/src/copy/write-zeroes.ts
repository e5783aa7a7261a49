/** Zeroes for those who can only write. */

const ZEROES = new Uint8Array(1024 * 1024);

/** Calls `write` with zeroes, one call after the other, until the range is done. */
export async function writeZeroes(
  offset: number,
  length: number,
  write: (zeroes: Uint8Array, offset: number) => Promise<void>,
): Promise<void> {
  const end = offset + length;
  for (let at = offset; at < end; at += ZEROES.length) {
    await write(ZEROES.subarray(0, Math.min(ZEROES.length, end - at)), at);
  }
}
