/**
 * How the servers of this suite are reached. `pnpm test:ways` runs the suite once for each way; by itself it goes by TCP, in the
 * clear. A test about one transport says what its server listens on, and stays with that.
 */
import type { ConnectionOptions } from 'node:tls';
import type { ServeOptions, TlsOptions } from '../src/index.ts';

export type Way = 'tcp' | 'unix' | 'tls';

export const WAY: Way = readWay(process.env['NBD_WAY']);

const IDENTITY = 'way';
const KEY = Buffer.from('5d0d7e4b6f1a4c0f9b1e3a2c7d8e6f50', 'hex');
/** Those of pre-shared keys, which need no certificates. */
const CIPHERS = 'PSK';

/** What a server is told so that it is reached in this way; `socketPath` answers where a socket may be. */
export function wayOf(
  socketPath: () => string,
): Pick<ServeOptions, 'listen'> & { readonly tls?: TlsOptions } {
  if (WAY === 'unix') return { listen: `nbd+unix:///?socket=${socketPath()}` };
  const listen = 'nbd://127.0.0.1:0';
  if (WAY === 'tcp') return { listen };
  return { listen, tls: { preSharedKeys: new Map([[IDENTITY, KEY]]), mode: 'on' } };
}

const served = new WeakSet<object>();

/** Notes that a server is reached in this way, and by no other of its test's own. */
export function servedByWay(server: object): void {
  served.add(server);
}

export function isServedByWay(server: object): boolean {
  return served.has(server);
}

/** What a client of such a server gives to `connect` of `node:tls` besides the socket. */
export const WAY_TLS: ConnectionOptions = {
  ciphers: CIPHERS,
  maxVersion: 'TLSv1.2',
  pskCallback: () => ({ identity: IDENTITY, psk: KEY }),
  checkServerIdentity: () => undefined,
};

function readWay(word = 'tcp'): Way {
  if (word === 'tcp' || word === 'unix' || word === 'tls') return word;
  throw new Error(`NBD_WAY: expected tcp, unix or tls, found ${word}`);
}
