/** The addresses that a page can be offered at. */
import { resolve } from 'node:path';
import { type Address, parseAddress } from '@nbd/server';

/**
 * Reads what `Place.listen` may be. The same socket is the same address, however its path is spelled.
 *
 * @throws TypeError saying what is wrong with it
 */
export function parseListen(listen: string): Address {
  const address = parseAddress(listen);
  if (address.tls === true) {
    throw new TypeError(`${listen}: a bridge passes on bytes, and has no TLS of its own`);
  }
  return address.kind === 'unix' ? { ...address, path: resolve(address.path) } : address;
}
