/** Listens for NBD clients at one address. */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { type Address, formatUri } from '@nbd/server';

/** What fits into the address of a Unix socket; the rest would be cut off without a word. */
const PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103;

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
 * @throws Error of Node's, with the `code` EADDRINUSE where somebody else listens already
 */
export async function listenForClients(
  address: Address,
  socketMode: number,
  accepted: (client: Socket) => void,
): Promise<ClientListener> {
  const server = createServer({ pauseOnConnect: true, noDelay: true }, accepted);
  if (address.kind === 'unix') await listenOnFile(server, address.path, socketMode);
  else await listen(server, { host: address.host, port: address.port });
  // Accepting one that fails says nothing of the next.
  server.on('error', () => undefined);
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    uri: formatUri(address.kind === 'unix' ? address : { ...address, port }),
    close: () => void server.close(),
  };
}

async function listenOnFile(server: Server, path: string, mode: number): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > PATH_BYTES_MAX) {
    throw new RangeError(
      `the path of a socket: expected at most ${PATH_BYTES_MAX} bytes, found ${bytes}`,
    );
  }
  try {
    await listen(server, { path });
  } catch (error) {
    if (!(await isDeadSocket(path))) throw error;
    unlinkSync(path);
    await listen(server, { path });
  }
  chmodSync(path, mode);
}

async function listen(server: Server, options: ListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Whether there is the file of a socket that nobody listens on. */
async function isDeadSocket(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(false);
    });
    probe.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}
