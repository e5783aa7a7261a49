/**
 * Bytes to write that can be told from those of any other write.
 */
import fc from 'fast-check';

/** Which bytes: 0 stands for zeroes, which some drivers treat apart. */
export const contentTag: fc.Arbitrary<number> = fc.nat(0xffff);

export function contentOf(tag: number, length: number): Uint8Array {
  const content = new Uint8Array(length);
  if (tag === 0) return content;
  let state = Math.imul(tag, 0x9e37_79b1);
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 0x0019_660d) + 0x3c6e_f35f) | 0;
    content[i] = state >>> 24;
  }
  return content;
}
