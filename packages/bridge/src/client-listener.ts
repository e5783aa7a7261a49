/** Listens for NBD clients at one address. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type Address, formatUri, listenOnSocketFile } from '@nbd/server';

export interface ClientListener {
  /** The URI, with the real port. */
  readonly uri: string;
  /** Accepts no more; the file of a Unix socket is gone when it returns. */
  close(): void;
}

/**
 * Listens at `address`, in the place of a dead Unix socket if need be. The sockets that `accepted` is
 * given are paused.
 *
 * @throws Error with the `code` EADDRINUSE where somebody else listens already
 */
export async function listenForClients(
  address: Address,
  socketMode: number,
  accepted: (client: Socket) => void,
): Promise<ClientListener> {
  const server = createServer({ pauseOnConnect: true, noDelay: true }, accepted);
  if (address.kind === 'unix') await listenOnSocketFile(server, address.path, { mode: socketMode });
  else {
    server.listen({ host: address.host, port: address.port });
    await once(server, 'listening');
  }
  // Accepting one that fails says nothing of the next.
  server.on('error', () => undefined);
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    uri: formatUri(address.kind === 'unix' ? address : { ...address, port }),
    close: () => void server.close(),
  };
}
