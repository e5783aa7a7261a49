/** TLS on a socket that is connected already. */
import type { Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TlsFacts } from './export-info.ts';

/** Resolves when the handshake is done and the server has proven what `options` ask it to. */
export async function tlsOver(plain: Socket, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ ...options, socket: plain });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    // It stays: a socket that fails after all must not bring the process down.
    socket.on('error', reject);
    plain.once('close', () => reject(new Error('the connection was closed during the handshake')));
  });
  return socket;
}

export function tlsFacts(socket: TLSSocket): TlsFacts {
  const fingerprint = (socket.getPeerCertificate() as { fingerprint256?: string }).fingerprint256;
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    verified: socket.authorized,
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
}
