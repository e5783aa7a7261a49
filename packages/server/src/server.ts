/**
 * A server at work: its addresses, its connections, its counters, and its end.
 *
 *   state      new connections    requests
 *   ready      accepted           served
 *   closing    none               those in flight are answered, newcomers are told ESHUTDOWN
 *   closed     none               none; every disk is closed
 */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { ExportSource, TlsPeer } from '@nbd/driver';
import { Tally, type TlsMode } from '@nbd/session';
import { type Address, formatUri } from './address.ts';
import { Connection, type ConnectionSettings } from './connection.ts';
import type { DescriptorWatch } from './descriptor-watch.ts';
import { Listener } from './listener.ts';
import { count } from './metrics/count.ts';
import type { ServerMetrics } from './metrics/server-metrics.ts';
import { type OverdueLimits, watchOverdue } from './overdue-clients.ts';
import { peerOf } from './peer-name.ts';
import type { ServerCounters } from './server-counters.ts';
import { descriptorOf } from './socket-handle.ts';
import type { TlsOptions } from './tls/tls-options.ts';
import type { TurnedAway, Turnstile, TurnstileRules } from './turnstile.ts';
import { checkMillis } from './whole-number.ts';
import { within } from './within.ts';

/** In a shutdown, how long clients without a request in flight still hear ESHUTDOWN before we leave them. */
const FAREWELL_MILLIS = 100;

/** After the deadline, how long the connections that were cut may take to close their exports. */
const CUT_MILLIS = 1000;

export interface ServerSettings extends ConnectionSettings, OverdueLimits {
  readonly addresses: readonly Address[];
  /** Of addresses that do not require TLS. */
  readonly tlsMode: Exclude<TlsMode, 'require'>;
  readonly socketMode: number;
  readonly rules: TurnstileRules;
  /** What all connections read into; undefined: each read has a buffer of its own. */
  readonly readBuffer: Uint8Array | undefined;
  readonly turnstile: Turnstile;
  readonly descriptorWatch: DescriptorWatch;
  /** Milliseconds. */
  readonly shutdownTimeout: number;
  /** The name to show in the server's URIs. */
  readonly exportName: string | undefined;
  /** Absent: there is no other thread that serves the same. */
  readonly fellows?: Fellows;
}

/** Servers in other threads that share sockets and disks with this one. */
export interface Fellows {
  /** Called before the listeners close. It returns when all fellows are about to. */
  aboutToUnlisten(): void;
  /** Called when no connection is left. Resolves when the exports may be closed. */
  drained(): Promise<void>;
}

/** A client, for those who listen to the server. */
export interface ConnectionInfo {
  /** Counts from 1. */
  readonly id: number;
  /** "127.0.0.1:50312", "[::1]:50312" or "unix". */
  readonly peer: string;
  /** Once it has entered one. */
  readonly exportName: string | undefined;
  /** What TLS tells of it, once it is under TLS. */
  readonly tls: TlsPeer | undefined;
}

export interface ServerEvents {
  connect: [client: ConnectionInfo];
  /** The connection is over: the socket closed, the last request answered, the export closed. */
  disconnect: [client: ConnectionInfo];
}

/** Why clients are turned away, and how the log says so. */
const REFUSALS: Readonly<Record<TurnedAway | 'closing', string>> = {
  limit: 'there are too many connections',
  'limit-of-address': 'there are too many connections from its address',
  closing: 'the server is closing',
};

/** How a shutdown went. */
export interface CloseReport {
  /** Connections that were cut at the deadline with requests in flight or unread replies. */
  readonly cut: number;
}

/** A server that listens: made by `serve`, ended by `close`. */
export class Server extends EventEmitter<ServerEvents> {
  readonly #settings: ServerSettings;
  readonly #listeners: Listener[] = [];
  readonly #connections = new Set<Connection>();
  /** What the connections that are over were served. */
  readonly #tally = new Tally();
  #total = 0;
  readonly #refused = new Map<keyof typeof REFUSALS, number>();
  readonly #unwatch: () => void;
  #ready = false;
  #closing: Promise<CloseReport> | undefined;

  /** Use `serve`. */
  constructor(settings: ServerSettings) {
    super();
    this.#settings = settings;
    this.#unwatch = watchOverdue(this.#connections, settings);
  }

  /**
   * Listens on all addresses, or on none. Called by `serve`. With `descriptors`, the addresses are bound
   * already, and those are their sockets.
   */
  async listen(descriptors: readonly number[] = []): Promise<void> {
    const { addresses, socketMode, readBuffer, repeatedLines, descriptorWatch } = this.#settings;
    try {
      for (const [i, address] of addresses.entries()) {
        const listener = await Listener.open({
          address,
          descriptor: descriptors[i],
          socketMode,
          readBuffer,
          accepted: (socket) => this.#accept(socket, address),
          failed: (err) =>
            repeatedLines.tell('warn', '', { err }, 'a connection could not be accepted'),
        });
        this.#listeners.push(listener);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#ready = true;
    if (descriptors.length === 0) descriptorWatch.expect(this.#settings.rules.openMax);
  }

  /** Whether clients are accepted. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Where the server listens, with the real ports. */
  get addresses(): readonly Address[] {
    return this.#listeners.map(({ address }) => address);
  }

  /** The descriptors that it listens by, for threads that are to share them. Undefined where that cannot be. */
  get descriptors(): readonly number[] | undefined {
    const found = this.#listeners.flatMap(({ descriptor }) => descriptor ?? []);
    return found.length === this.#listeners.length ? found : undefined;
  }

  /** One NBD URI for each address, of the default export if the server knows its name. */
  get uris(): readonly string[] {
    return this.addresses.map((address) => formatUri(address, this.#settings.exportName));
  }

  get counters(): ServerCounters {
    const tally = new Tally();
    tally.add(this.#tally);
    for (const connection of this.#connections) tally.add(connection.tally);
    const refused = [...this.#refused.values()].reduce((sum, times) => sum + times, 0);
    return {
      connections: { open: this.#connections.size, total: this.#total, refused },
      requests: tally.byCommand,
      failures: tally.failures,
      bytesRead: tally.bytesRead,
      bytesWritten: tally.bytesWritten,
    };
  }

  /**
   * What an operator may want to know, as it is now.
   *
   * @throws TypeError unless the server was started with `metrics: true`
   */
  metrics(): ServerMetrics {
    const { metering, pool } = this.#settings;
    if (metering === undefined) throw new TypeError('this server was not told to measure: metrics');
    return metering.report({
      clients: this.#connections,
      connections: {
        open: this.#connections.size,
        total: this.#total,
        refused: Object.fromEntries(this.#refused),
      },
      pool,
    });
  }

  /**
   * Reads certificates or keys anew, from where they were or by `options`, whose `mode` does not
   * count. They are for the TLS handshakes to come; connections under TLS already are left as they are.
   *
   * Rejects with an `Error` in one line that says what cannot be used; then the old ones stay in force.
   * Rejects with a `TypeError` for options that contradict each other, and where there is no TLS.
   */
  async reloadTls(options?: TlsOptions): Promise<void> {
    const { tls } = this.#settings;
    if (tls === undefined) throw new TypeError('this server has no TLS to reload');
    await tls.reload(options);
  }

  /**
   * Ends the server: accepts no more, answers what is in flight, tells newcomers that it shuts down,
   * cuts what is left after `timeout` milliseconds (default: `shutdownTimeout`), and closes the
   * exports, for which a disk has as much time again, and a second at least. Later calls answer the
   * same. Rejects with a RangeError, and closes nothing, for a timeout that no timer can keep.
   */
  async close(options: { readonly timeout?: number } = {}): Promise<CloseReport> {
    const timeout = checkMillis('timeout', options.timeout ?? this.#settings.shutdownTimeout);
    this.#closing ??= this.#close(timeout);
    return this.#closing;
  }

  async #close(timeout: number): Promise<CloseReport> {
    this.#ready = false;
    this.#settings.fellows?.aboutToUnlisten();
    for (const listener of this.#listeners) listener.close();
    for (const connection of this.#connections) connection.shutDown();
    // At a deadline before it they are cut, and counted.
    const leave = (): void => {
      for (const connection of this.#connections) connection.leave();
    };
    const farewell = timeout > FAREWELL_MILLIS ? setTimeout(leave, FAREWELL_MILLIS) : undefined;
    const gone = Promise.all([...this.#connections].map(({ done }) => done));
    await within(timeout, gone);
    clearTimeout(farewell);
    const cut = this.#connections.size;
    for (const connection of this.#connections) connection.drop();
    // A disk that does not even answer now is closed with its calls under way: somebody wants to go home.
    await within(CUT_MILLIS, gone);
    await this.#settings.fellows?.drained();
    await this.#closeExports(Math.max(timeout, CUT_MILLIS));
    this.#settings.metering?.stop();
    this.#settings.repeatedLines.close();
    this.#unwatch();
    return { cut };
  }

  /** Closes the exports, but waits for a disk that does not answer no longer than `millis`. */
  async #closeExports(millis: number): Promise<void> {
    const { exports, log } = this.#settings;
    if (await within(millis, closeSource(exports, log))) return;
    log.error({ millis }, 'the exports did not close in time');
  }

  #accept(socket: Socket, { kind, tls }: Address): void {
    // From the first moment, or an early reset would be thrown as an unhandled error (C-006).
    socket.on('error', () => socket.destroy());
    this.#settings.descriptorWatch.accepted(descriptorOf(socket));
    const address = kind === 'unix' ? undefined : socket.remoteAddress;
    const peer = peerOf(socket, kind);
    const id = this.#closing === undefined ? this.#settings.turnstile.enter(address) : 'closing';
    if (typeof id === 'string') {
      socket.destroy();
      this.#turnAway(peer, id);
      return;
    }
    this.#total++;
    const arrival = { peer, tls: tls === true ? 'require' : this.#settings.tlsMode } as const;
    const connection = new Connection(id, socket, arrival, this.#settings);
    this.#connections.add(connection);
    // A listener may throw; the place of the client is given back whatever becomes of that.
    void this.#seeOff(connection, address);
    this.emit('connect', connection);
  }

  /** Who is not let in has no number, so that those of the others have no gaps. */
  #turnAway(peer: string, why: keyof typeof REFUSALS): void {
    count(this.#refused, why);
    const { rules, log } = this.#settings;
    const limits = { maxConnections: rules.openMax, perAddress: rules.perAddressMax };
    log.info({ peer, ...(why !== 'closing' && limits) }, `client turned away: ${REFUSALS[why]}`);
  }

  async #seeOff(connection: Connection, address: string | undefined): Promise<void> {
    await connection.done;
    this.#connections.delete(connection);
    this.#tally.add(connection.tally);
    this.#settings.turnstile.leave(address);
    this.emit('disconnect', connection);
  }
}

async function closeSource(source: ExportSource, log: ConnectionSettings['log']): Promise<void> {
  try {
    await source.close?.();
  } catch (err) {
    log.error({ err }, 'the exports cannot be closed');
  }
}
