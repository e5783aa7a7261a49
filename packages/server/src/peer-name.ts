/** The other end of a connection in words, for logs and for whoever decides by them. */
import type { Socket } from 'node:net';
import type { Address } from './address.ts';

/** "127.0.0.1:50312", "[::1]:50312", "unix", or "gone" if it has reset already. To be asked before the socket is destroyed. */
export function peerOf(
  { remoteAddress, remotePort, remoteFamily }: Socket,
  kind: Address['kind'],
): string {
  if (kind === 'unix') return 'unix';
  if (remoteAddress === undefined) return 'gone';
  const host = remoteFamily === 'IPv6' ? `[${remoteAddress}]` : remoteAddress;
  return `${host}:${remotePort}`;
}
