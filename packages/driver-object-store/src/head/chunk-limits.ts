/** How large chunks may be, and how many a volume may have. */

/** Bytes: chunks are powers of two between these. */
export const CHUNK_BYTES_MIN = 4096;
export const CHUNK_BYTES_MAX: number = 64 * 2 ** 20;
/** The numbers of chunks have 32 bits. */
export const CHUNKS_MAX: number = 2 ** 32;

export function isChunkBytes(bytes: number): boolean {
  return bytes >= CHUNK_BYTES_MIN && bytes <= CHUNK_BYTES_MAX && Number.isInteger(Math.log2(bytes));
}
