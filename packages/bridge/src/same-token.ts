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

/** Whether two visitors have shown the same token, or none both. The time it takes tells nothing of either token. */
export function showSame(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return timingSafeEqual(digest(one), digest(other));
}

/** What a token is looked up by, which tells nothing of it. */
export function tokenKey(token: string | undefined): string {
  return token === undefined ? '' : Buffer.from(digest(token)).toString('hex');
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
