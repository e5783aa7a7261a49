/**
 * Block sizes that can be computed with (K-017).
 * Spec: proto.md, "Block size constraints".
 */
import type { BlockSizeInfo } from '@nbd/codec';
import type { BlockSize } from '../export-offer.ts';

const MINIMUM_MAX = 65_536;
const PREFERRED_MIN = 512;
const NO_PAYLOAD_LIMIT = 0xffff_ffff;

/** What the server said, or undefined if it breaks a rule: it is then as good as not said. */
export function saneBlockSize(said: BlockSizeInfo): BlockSize | undefined {
  const { minimum, preferred, payloadMax } = said;
  if (!isPowerOfTwo(minimum) || minimum > MINIMUM_MAX) return undefined;
  if (!isPowerOfTwo(preferred) || preferred < Math.max(minimum, PREFERRED_MIN)) return undefined;
  if (preferred > payloadMax) return undefined;
  if (payloadMax !== NO_PAYLOAD_LIMIT && payloadMax % minimum !== 0) return undefined;
  return { minimum, preferred, payloadMax };
}

/** For 32 bits, unsigned. */
function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}
