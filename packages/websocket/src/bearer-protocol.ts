/**
 * The bearer token of a WebSocket. A page cannot set headers, but it can offer sub-protocols, so the token
 * is offered as one, beside the one that is really spoken. The server looks at the token and chooses
 * the other, so that no token is ever echoed.
 */

/** The sub-protocol that is spoken: NBD, byte for byte, in binary messages of any cut. */
export const SUB_PROTOCOL = 'nbd';

const BEARER = 'nbd.bearer.';

/** What to offer, as the second argument of `new WebSocket`. The token may be any text but the empty one. */
export function bearerProtocols(token: string): string[] {
  const bytes = new TextEncoder().encode(token);
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  // Names of sub-protocols have neither of the three.
  const text = base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return [SUB_PROTOCOL, BEARER + text];
}

/**
 * The token among the sub-protocols that a client offers; `undefined` if there is none, or it is none.
 * Compare it in constant time.
 */
export function bearerOf(offered: Iterable<string>): string | undefined {
  for (const name of offered) {
    if (name.startsWith(BEARER)) return decoded(name.slice(BEARER.length));
  }
  return undefined;
}

function decoded(text: string): string | undefined {
  try {
    const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const codes = Uint8Array.from(bytes, (char) => char.charCodeAt(0));
    const token = new TextDecoder('utf-8', { fatal: true }).decode(codes);
    return token === '' ? undefined : token;
  } catch {
    return undefined;
  }
}
