/**
 * One client: its channel, its session, its deadline and its lines in the log.
 */
import type { Socket } from 'node:net';
import type { ExportSource, TlsPeer } from '@nbd/driver';
import {
  type BufferPool,
  type EndReason,
  type ExportFacts,
  type Observer,
  type RequestFailure,
  type ServedSession,
  type SessionLimits,
  serveChannel,
  type Tally,
  type TlsMode,
} from '@nbd/session';
import type { Address } from './address.ts';
import type { Log, LogLevel } from './log.ts';
import { SocketChannel, type SocketChannelOptions } from './socket-channel.ts';
import type { Secured, TlsTerminator } from './tls-terminator.ts';

/** What the connections of a server have in common. */
export interface ConnectionSettings extends SocketChannelOptions {
  readonly exports: ExportSource;
  readonly limits: Partial<SessionLimits>;
  readonly pool: BufferPool;
  readonly tally: Tally;
  /** From accept to the end of the handshake, milliseconds; 0 is for ever. */
  readonly handshakeTimeout: number;
  /** Absent: no listener has TLS. */
  readonly tls?: TlsTerminator;
  readonly log: Log;
}

/** What the listener that accepted a client tells of it. */
export interface Arrival {
  readonly kind: Address['kind'];
  readonly tls: TlsMode;
}

/** Ends that are nobody's fault. */
const ORDERLY: ReadonlySet<EndReason> = new Set(['disconnected', 'aborted', 'closed', 'left']);

export class Connection implements Observer {
  /** Counts from 1 within the server, its other threads included. */
  readonly id: number;
  /** The other end: "127.0.0.1:50312", "[::1]:50312", "unix", or "gone" if it has reset already. */
  readonly peer: string;
  /** Resolves when all is over: the socket closed, nothing in flight, the export closed. */
  readonly done: Promise<void>;
  readonly #settings: ConnectionSettings;
  readonly #channel: SocketChannel;
  readonly #session: ServedSession;
  #deadline: NodeJS.Timeout | undefined;
  #exportName: string | undefined;
  #tls: TlsPeer | undefined;
  #dropped = false;

  constructor(id: number, accepted: Socket, arrival: Arrival, settings: ConnectionSettings) {
    this.id = id;
    this.#settings = settings;
    this.peer = arrival.kind === 'unix' ? 'unix' : tcpPeer(accepted);
    const { exports, limits, pool, tally, tls } = settings;
    const terminate = tls && ((plain: Socket) => this.#terminate(tls, plain));
    this.#channel = new SocketChannel(accepted, settings, terminate);
    this.#tell('debug', 'client connected');
    this.#startDeadline();
    this.#session = serveChannel(this.#channel, {
      exports,
      context: { peer: this.peer },
      tls: arrival.tls,
      limits,
      pool,
      tally,
      observer: this,
    });
    this.done = this.#session.done.then(() => this.#stopDeadline());
  }

  /** The export that the client has entered. */
  get exportName(): string | undefined {
    return this.#exportName;
  }

  /** What TLS tells of the client. Undefined: it speaks in the clear. */
  get tls(): TlsPeer | undefined {
    return this.#tls;
  }

  /** From now on newcomers are told that the server shuts down. */
  shutDown(): void {
    this.#session.shutDown();
  }

  /** Leaves as soon as nothing is in flight. */
  leave(): void {
    this.#session.leave();
  }

  /** Closes at once. */
  drop(): void {
    this.#dropped = true;
    this.#channel.drop();
  }

  secured(peer: TlsPeer): void {
    this.#tls = peer;
    this.#tell('debug', 'client is under TLS', peer);
  }

  entered({ name, size }: ExportFacts): void {
    this.#stopDeadline();
    this.#exportName = name;
    const identity = this.#tls?.identity;
    this.#tell('info', 'client entered an export', {
      export: name,
      size,
      ...(identity !== undefined && { identity }),
    });
  }

  sourceFailed(error: unknown, exportName: string | undefined): void {
    if (exportName === undefined)
      this.#tell('warn', 'the exports cannot be listed', { err: error });
    else this.#tell('warn', 'an export cannot be opened', { err: error, export: exportName });
  }

  requestFailed({ error, isBug, ...request }: RequestFailure): void {
    const text = isBug ? 'a driver failed in an unknown way' : 'a request failed';
    this.#tell(isBug ? 'error' : 'warn', text, { err: error, ...request });
  }

  closeFailed(error: unknown): void {
    this.#tell('error', 'an export cannot be closed', { err: error });
  }

  ended(reason: EndReason, error: Error | undefined): void {
    const fields = { reason, ...(error !== undefined && { err: error }) };
    this.#tell(ORDERLY.has(reason) ? 'debug' : 'info', 'client left', fields);
  }

  /** A handshake that fails because we hang up is no news. */
  async #terminate(tls: TlsTerminator, plain: Socket): Promise<Secured> {
    try {
      return await tls.terminate(plain);
    } catch (err) {
      const isOurs = this.#dropped || this.#session.phase === 'ended';
      if (!isOurs) this.#tell('info', 'client cannot be put under TLS', { err });
      throw err;
    }
  }

  #startDeadline(): void {
    const { handshakeTimeout } = this.#settings;
    if (handshakeTimeout === 0) return;
    this.#deadline = setTimeout(() => {
      this.#tell('info', 'client took too long for its handshake');
      this.drop();
    }, handshakeTimeout);
    this.#deadline.unref();
  }

  #stopDeadline(): void {
    clearTimeout(this.#deadline);
  }

  #tell(level: LogLevel, message: string, fields: object = {}): void {
    this.#settings.log[level]({ connection: this.id, peer: this.peer, ...fields }, message);
  }
}

function tcpPeer({ remoteAddress, remotePort, remoteFamily }: Socket): string {
  if (remoteAddress === undefined) return 'gone';
  const host = remoteFamily === 'IPv6' ? `[${remoteAddress}]` : remoteAddress;
  return `${host}:${remotePort}`;
}
