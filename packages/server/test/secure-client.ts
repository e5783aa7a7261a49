/** Clients that put TLS on their connection, and the certificates that they and servers have in tests. */
import { once } from 'node:events';
import { type ConnectionOptions, connect } from 'node:tls';
import { Option, OptionReply } from '@nbd/codec';
import type { Server, TlsCertificates } from '../src/index.ts';
import { type Certificate, makeCertificate, makeRevocations } from './certificate.ts';
import { go, option, read } from './client-bytes.ts';
import { haggle, SocketClient } from './socket-client.ts';

export const AUTHORITY: Certificate = makeCertificate({ subject: [['CN', 'authority']] });

/** Of the same name as the other, and of another key. */
export const IMPOSTOR: Certificate = makeCertificate({ subject: [['CN', 'authority']] });

export const SERVER: Certificate = makeCertificate({
  subject: [['CN', 'server']],
  issuedBy: AUTHORITY,
});

export const ALICE: Certificate = makeCertificate({
  subject: [
    ['O', 'Example'],
    ['CN', 'alice'],
  ],
  issuedBy: AUTHORITY,
});

/** A server's certificates: `server`'s own, with the authority to verify clients by. */
export function certificates(server: Certificate = SERVER): TlsCertificates {
  return { serverCert: server.cert, serverKey: server.key, caCert: AUTHORITY.cert };
}

/** The same with a list of revocations. */
export function certificatesWithRevocations(revoked: readonly Certificate[]): TlsCertificates {
  return { ...certificates(), caCrl: makeRevocations(AUTHORITY, revoked) };
}

/** A client that has been acknowledged its STARTTLS, and has said nothing since. */
export async function startTls(server: Server): Promise<SocketClient> {
  const client = await haggle(server);
  client.says(option(Option.STARTTLS));
  const { option: answered, type } = await client.hearsOptionReply();
  if (answered !== Option.STARTTLS || type !== OptionReply.ACK) {
    throw new Error(`expected STARTTLS to be acknowledged, found ${type}`);
  }
  return client;
}

/** What `connect` of `node:tls` is to know beside the socket. Without more it trusts `AUTHORITY`. */
export type SecureOptions = ConnectionOptions;

/** Puts TLS on a client. Rejects if the handshake fails on its side. */
export async function secured(
  plain: SocketClient,
  options: SecureOptions = {},
): Promise<SocketClient> {
  plain.handsOver();
  const socket = connect({
    socket: plain.socket,
    host: '127.0.0.1',
    ca: AUTHORITY.cert,
    ...options,
  });
  const client = new SocketClient(socket);
  await Promise.race([once(socket, 'secureConnect'), once(socket, 'close').then(thrower(client))]);
  return client;
}

/** A client under TLS that goes on haggling. */
export async function haggleUnderTls(
  server: Server,
  options: SecureOptions = {},
): Promise<SocketClient> {
  return secured(await startTls(server), options);
}

/** A client that has entered an export under TLS. */
export async function enterUnderTls(
  server: Server,
  options: SecureOptions = {},
  exportName = '',
): Promise<SocketClient> {
  const client = await haggleUnderTls(server, options);
  client.says(go(exportName));
  for (;;) {
    const { type } = await client.hearsOptionReply();
    if (type === OptionReply.ACK) return client;
    if (type !== OptionReply.INFO) throw new Error(`expected INFO or ACK, found ${type}`);
  }
}

/** Tries to enter; answers whether it could. A client of TLS 1.3 learns only then that it is refused. */
export async function enters(server: Server, options: SecureOptions): Promise<boolean> {
  try {
    const client = await enterUnderTls(server, options);
    client.says(read(0, 512));
    await client.hearsReply(512);
    return true;
  } catch {
    return false;
  }
}

/** The options by which a client shows its certificate. */
export function showing({ cert, key }: Certificate): SecureOptions {
  return { cert, key };
}

function thrower(client: SocketClient): () => never {
  return () => {
    throw client.error ?? new Error('the server closed');
  };
}
