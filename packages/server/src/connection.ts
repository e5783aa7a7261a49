/**
 * One client: its channel, its session, its deadline and its lines in the log.
 */
import type { Socket } from 'node:net';
import type { ExportSource, TlsPeer } from '@nbd/driver';
import {
  type BufferPool,
  type EndReason,
  type ErrorsTold,
  type ExportFacts,
  type Observer,
  type RequestFailure,
  type ServedSession,
  type SessionLimits,
  serveChannel,
  type Stopwatch,
  Tally,
  type TlsMode,
} from '@nbd/session';
import { Deadline } from './deadline.ts';
import type { Log, LogLevel } from './log.ts';
import type { MeasuredClient, Metering, Visit } from './metrics/metering.ts';
import type { ClientMetrics } from './metrics/server-metrics.ts';
import type { Progress } from './standstill-watch.ts';
import type { RepeatedLines } from './repeated-lines.ts';
import { SocketChannel, type SocketChannelOptions } from './socket-channel.ts';
import type { Secured, TlsTerminator } from './tls/tls-terminator.ts';

/** What the connections of a server have in common. */
export interface ConnectionSettings extends SocketChannelOptions {
  readonly exports: ExportSource;
  readonly limits: Partial<SessionLimits>;
  readonly pool: BufferPool;
  /** Undefined: nobody measures. */
  readonly metering: Metering | undefined;
  /** From accept to the end of the handshake, milliseconds; 0 is for ever. */
  readonly handshakeTimeout: number;
  /** Absent: no listener has TLS. */
  readonly tls?: TlsTerminator;
  /** Must not throw. */
  readonly log: Log;
  /** To the same log. */
  readonly repeatedLines: RepeatedLines;
}

/** What the listener that accepted a client tells of it. */
export interface Arrival {
  /** See `Connection.peer`. */
  readonly peer: string;
  readonly tls: TlsMode;
}

/** The task of a client that has replies to take; of one that has a request to send, it is the number of those before. */
const TAKING = -1;

/** Ends that are nobody's fault. */
const ORDERLY: ReadonlySet<EndReason> = new Set(['disconnected', 'aborted', 'closed', 'left']);

export class Connection implements Observer, MeasuredClient {
  /** Counts from 1 within the server, its other threads included. */
  readonly id: number;
  /** The other end: "127.0.0.1:50312", "[::1]:50312", "unix", or "gone" if it has reset already. */
  readonly peer: string;
  /** What it was served. */
  readonly tally: Tally = new Tally();
  /** Resolves when all is over: the socket closed, nothing in flight, the export closed. */
  readonly done: Promise<void>;
  readonly #settings: ConnectionSettings;
  readonly #channel: SocketChannel;
  readonly #session: ServedSession;
  readonly #deadline: Deadline;
  #exportName: string | undefined;
  #visit: Visit | undefined;
  /** Milliseconds since 1970. */
  readonly #since = Date.now();
  #tls: TlsPeer | undefined;
  #endReason: EndReason = 'closed';
  #dropped = false;

  constructor(id: number, accepted: Socket, arrival: Arrival, settings: ConnectionSettings) {
    this.id = id;
    this.#settings = settings;
    this.peer = arrival.peer;
    const { exports, limits, pool, tls } = settings;
    const terminate = tls && ((plain: Socket) => this.#terminate(tls, plain));
    this.#channel = new SocketChannel(accepted, settings, terminate);
    this.#tell('debug', 'client connected');
    this.#deadline = new Deadline(settings.handshakeTimeout, () => {
      this.#tell('info', 'client took too long for its handshake');
      this.drop();
    });
    this.#session = serveChannel(this.#channel, {
      exports,
      context: { peer: this.peer },
      tls: arrival.tls,
      limits,
      pool,
      tally: this.tally,
      observer: this,
    });
    this.done = this.#windUp();
  }

  /** The export that the client has entered. */
  get exportName(): string | undefined {
    return this.#exportName;
  }

  /** What TLS tells of the client. Undefined: it speaks in the clear. */
  get tls(): TlsPeer | undefined {
    return this.#tls;
  }

  get visit(): Visit | undefined {
    return this.#visit;
  }

  metrics(): ClientMetrics {
    const { failures, bytesRead, bytesWritten } = this.tally;
    const { queuedBytes } = this.#channel;
    const identity = this.#tls?.identity;
    return {
      id: this.id,
      peer: this.peer,
      ...(this.#exportName !== undefined && { exportName: this.#exportName }),
      ...(identity !== undefined && { identity }),
      isUnderTls: this.#tls !== undefined,
      since: this.#since,
      inFlight: this.#session.inFlight,
      // Of a socket that is gone nothing is queued.
      queuedBytes: Number.isFinite(queuedBytes) ? queuedBytes : 0,
      isBehind: this.#visit?.stopwatch.isBehind === true,
      requests: this.#requestCount(),
      failures,
      bytesRead,
      bytesWritten,
    };
  }

  /** From now on newcomers are told that the server shuts down. */
  shutDown(): void {
    this.#session.shutDown();
  }

  /** Leaves as soon as nothing is in flight. */
  leave(): void {
    this.#session.leave();
  }

  /** What a client says that has nothing under way; undefined: it has. */
  idleProgress(): Progress | undefined {
    const { phase, waitsFor } = this.#session;
    if (phase !== 'transmission' || waitsFor !== undefined) return undefined;
    if (this.#channel.queuedBytes > 0) return undefined;
    return { task: 0, amount: this.#channel.heardBytes() };
  }

  /** The bytes that are taken or sent on by a client for whom we wait; undefined: we do not. */
  stallProgress(): Progress | undefined {
    const { queuedBytes } = this.#channel;
    if (queuedBytes === Number.POSITIVE_INFINITY) return undefined; // it is gone
    if (queuedBytes > 0) return { task: TAKING, amount: this.#channel.takenBytes() };
    if (this.#session.waitsFor !== 'peer') return undefined;
    // A request that has come to its end is something done, however small it was.
    return { task: this.#requestCount(), amount: this.#channel.heardBytes() };
  }

  leaveIdle(): void {
    this.#tell('info', 'client was idle for too long');
    this.leave();
  }

  dropStalled(): void {
    this.#tell('info', 'client has stalled for too long');
    this.drop();
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

  measure({ name }: ExportFacts, told: ErrorsTold): Stopwatch | undefined {
    this.#visit = this.#settings.metering?.visit(name, told);
    return this.#visit?.stopwatch;
  }

  entered({ name, size }: ExportFacts): void {
    this.#deadline.stop();
    this.#exportName = name;
    const identity = this.#tls?.identity;
    this.#tell('info', 'client entered an export', {
      export: name,
      size,
      ...(identity !== undefined && { identity }),
    });
  }

  sourceFailed(error: unknown, exportName: string | undefined): void {
    if (exportName === undefined) {
      this.#tellAgain('warn', '', 'the exports cannot be listed', { err: error });
      return;
    }
    const fields = { err: error, export: exportName };
    this.#tellAgain('warn', exportName, 'an export cannot be opened', fields);
  }

  requestFailed({ error, isBug, type: _type, ...request }: RequestFailure): void {
    const text = isBug ? 'a driver failed in an unknown way' : 'a request failed';
    const about = { export: this.#exportName, ...request };
    const kind = `${request.command} ${request.code} ${this.#exportName}`;
    this.#tellAgain(isBug ? 'error' : 'warn', kind, text, { err: error, ...about });
  }

  closeFailed(error: unknown): void {
    this.#tell('error', 'an export cannot be closed', { err: error });
  }

  ended(reason: EndReason, error: Error | undefined): void {
    this.#endReason = reason;
    const fields = { reason, ...(error !== undefined && { err: error }) };
    this.#tell(ORDERLY.has(reason) ? 'debug' : 'info', 'client left', fields);
  }

  /** Of those that reached the disk. */
  #requestCount(): number {
    return this.tally.requests.reduce((sum, times) => sum + times, 0);
  }

  async #windUp(): Promise<void> {
    await this.#session.done;
    this.#deadline.stop();
    this.#settings.metering?.ended(this.#visit, this.#endReason);
  }

  /** A handshake that fails because we hang up is no news. */
  async #terminate(tls: TlsTerminator, plain: Socket): Promise<Secured> {
    const { metering } = this.#settings;
    try {
      const secured = await tls.terminate(plain);
      metering?.secured();
      return secured;
    } catch (err) {
      metering?.notSecured();
      const isOurs = this.#dropped || this.#session.phase === 'ended';
      if (!isOurs) this.#tell('info', 'client cannot be put under TLS', { err });
      throw err;
    }
  }

  #tell(level: LogLevel, message: string, fields: object = {}): void {
    this.#settings.log[level]({ connection: this.id, peer: this.peer, ...fields }, message);
  }

  /** What may go wrong with each request of any client. */
  #tellAgain(level: LogLevel, kind: string, message: string, fields: object): void {
    const who = { connection: this.id, peer: this.peer };
    this.#settings.repeatedLines.tell(level, kind, { ...who, ...fields }, message);
  }
}
