/** Compares secrets. */
import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether a visitor has shown the token that is expected. The time it takes tells nothing of either, nor
 * of how long they are. No token is never the right one.
 */
export function sameToken(shown: string | undefined, expected: string): boolean {
  const isSame = timingSafeEqual(digest(shown ?? ''), digest(expected));
  return isSame && shown !== undefined && expected !== '';
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
