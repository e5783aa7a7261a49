/**
 * One address that the server listens on.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { type Address, formatUri } from './address.ts';
import { clearSocketFile, setSocketMode } from './unix-socket-file.ts';

/** Connections that the kernel keeps for us until we accept them. */
const BACKLOG = 512;

export interface ListenerOptions {
  readonly address: Address;
  /** The mode of a Unix socket's file. */
  readonly socketMode: number;
  /** A client came. The socket is paused, and half-open ones are allowed. */
  readonly accepted: (socket: Socket) => void;
  /** Accepting failed; the listener goes on. */
  readonly failed: (error: Error) => void;
}

export class Listener {
  /** Where it listens, with the real port. */
  readonly address: Address;
  readonly #server: Server;

  private constructor(address: Address, server: Server) {
    this.address = address;
    this.#server = server;
  }

  /**
   * Listens.
   *
   * @throws Error saying in one line why it cannot
   */
  static async open({ address, socketMode, accepted, failed }: ListenerOptions): Promise<Listener> {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, accepted);
    try {
      if (address.kind === 'unix') await clearSocketFile(address.path);
      await listen(server, address);
      if (address.kind === 'unix') setSocketMode(address.path, socketMode);
    } catch (error) {
      server.close();
      throw new Error(explain(error as NodeJS.ErrnoException, address), { cause: error });
    }
    server.on('error', failed);
    if (address.kind === 'unix') return new Listener(address, server);
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
    return new Listener({ ...address, port }, server);
  }

  /** Accepts no more. Node removes the file of a Unix socket. */
  close(): void {
    this.#server.close();
  }
}

async function listen(server: Server, address: Address): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const options =
      address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
    server.listen({ ...options, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function explain({ code, message }: NodeJS.ErrnoException, address: Address): string {
  const uri = formatUri(address);
  switch (code) {
    case 'EADDRINUSE':
      return `cannot listen on ${uri}: another program does already; choose another port, or 0 for any`;
    case 'EACCES':
      return address.kind === 'unix'
        ? `cannot listen on ${uri}: its folder may not be written to`
        : `cannot listen on ${uri}: not permitted; ports below 1024 need privileges`;
    case 'EADDRNOTAVAIL':
      return `cannot listen on ${uri}: this machine does not have that address`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `cannot listen on ${uri}: there is no host of that name`;
    default:
      return `cannot listen on ${uri}: ${message}`;
  }
}
