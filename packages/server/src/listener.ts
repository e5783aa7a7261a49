/**
 * One address that the server listens on.
 */
import { once } from 'node:events';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { type Address, formatUri } from './address.ts';
import { acceptWithSharedReads } from './shared-reads.ts';
import { descriptorOf } from './socket-handle.ts';
import { listenOnSocketFile } from './unix-socket-file.ts';
import { whyNoPort } from './why-no-port.ts';

/** Connections that the kernel keeps for us until we accept them. */
const BACKLOG = 512;

export interface ListenerOptions {
  readonly address: Address;
  /**
   * The descriptor of a socket of this process that listens there already: clients are accepted from it too. Closing one
   * of its listeners closes it for all. Absent: the address is bound.
   */
  readonly descriptor?: number | undefined;
  /** The mode of a Unix socket's file. */
  readonly socketMode: number;
  /** What the clients' sockets are to read into, if this Node allows it. Undefined: each has buffers of its own. */
  readonly readBuffer: Uint8Array | undefined;
  /** A client came. Its socket may be half-open, and is paused unless it has shared reads. */
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
  static async open(options: ListenerOptions): Promise<Listener> {
    const { address, descriptor, socketMode, readBuffer, accepted, failed } = options;
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, accepted);
    try {
      if (descriptor !== undefined) await listen(server, { fd: descriptor });
      else if (address.kind === 'unix') {
        await listenOnSocketFile(server, address.path, { mode: socketMode, backlog: BACKLOG });
      } else await listen(server, { host: address.host, port: address.port });
    } catch (error) {
      server.close();
      throw new Error(explain(error as NodeJS.ErrnoException, address), { cause: error });
    }
    server.on('error', failed);
    if (readBuffer !== undefined) acceptWithSharedReads(server, readBuffer, accepted);
    if (address.kind === 'unix') return new Listener(address, server);
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
    return new Listener({ ...address, port }, server);
  }

  /** What to give as `descriptor` to listeners of other threads. Undefined where that cannot be. */
  get descriptor(): number | undefined {
    return descriptorOf(this.#server);
  }

  /** Accepts no more. Node removes the file of a Unix socket. */
  close(): void {
    this.#server.close();
  }
}

async function listen(server: Server, options: ListenOptions & { fd?: number }): Promise<void> {
  server.listen({ ...options, backlog: BACKLOG });
  await once(server, 'listening');
}

function explain(error: NodeJS.ErrnoException, address: Address): string {
  return `cannot listen on ${formatUri(address)}: ${reasonOf(error, address)}`;
}

function reasonOf(error: NodeJS.ErrnoException, { kind }: Address): string {
  if (kind !== 'unix') return whyNoPort(error);
  return error.code === 'EACCES' ? 'its folder may not be written to' : error.message;
}
