/**
 * A server for tests: everything in it is real but the power supply.
 *
 *     client -- wire -- session -- faults -- disk with a cache -- disk within
 */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type Client, type ConnectOptions, connect } from '@nbd/client';
import { type Driver, type ExportTable, oneExport } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import {
  type Clock,
  CrashableDisk,
  type CrashOptions,
  type CrashReport,
  FaultPlan,
  faulty,
} from '@nbd/filters';
import {
  type Channel,
  limitsWith,
  memoryChannelPair,
  type ReplyMode,
  type ServedSession,
  serveChannel,
  type SessionLimits,
} from '@nbd/session';
import { ByteCuts, type CutPoint } from './byte-cut.ts';
import { History } from './history.ts';
import { socketChannel } from './socket-channel.ts';
import { systemClock } from './system-clock.ts';
import { TestFaults } from './test-faults.ts';
import { Wire } from './wire.ts';
import { WireFaultPlan } from './wire-fault-plan.ts';

export interface TestServerOptions {
  /** The size of a new disk in memory, bytes. Default 1 MiB. */
  readonly size?: number;
  /** In place of `size`: the disk, which the server closes with itself. */
  readonly driver?: Driver;
  /** Of the one export, which is the default export, too. Default: the empty name. */
  readonly exportName?: string;
  /** What survives a crash whole or not at all, bytes. Default 512. */
  readonly sectorBytes?: number;
  /** Of all that is left to chance. Default 0. */
  readonly seed?: number;
  /** For delays. Default: real time. */
  readonly clock?: Clock;
  /** The best framing that clients may have. Default "extended". */
  readonly framing?: ReplyMode;
  /** What one connection may ask for. */
  readonly limits?: Partial<SessionLimits>;
}

/**
 * Starts a server on a free port of 127.0.0.1. It belongs to a test: `await using server = await testServer()`
 * closes it with the block, and `close` does so by hand.
 *
 * @throws RangeError or TypeError for options that cannot be
 */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = new TestServer(options);
  await server.listen();
  return server;
}

/** A server for one test: made by `testServer`, ended by `close` or the end of an `await using`. */
export class TestServer {
  /** What goes wrong, by command. */
  readonly faults: TestFaults;
  /** What clients have asked for. */
  readonly history: History = new History();
  /** What is on the disk, what of it would survive, and how to find out. */
  readonly disk: CrashableDisk;
  readonly #options: TestServerOptions;
  readonly #exports: ExportTable;
  readonly #plan: FaultPlan;
  readonly #wirePlan: WireFaultPlan;
  readonly #cuts = new ByteCuts();
  readonly #listener: Server;
  readonly #wires = new Set<Wire>();
  readonly #sessions = new Set<ServedSession>();
  readonly #clients = new Set<Client>();
  readonly #driverErrors: unknown[] = [];
  #total = 0;
  #isFrozen = false;
  #uri = '';
  #closing: Promise<void> | undefined;

  /** Use `testServer`. */
  constructor(options: TestServerOptions) {
    const { size, driver, exportName = '', sectorBytes, seed = 0, clock = systemClock } = options;
    if (size !== undefined && driver !== undefined) {
      throw new TypeError('expected either size or driver, found both');
    }
    this.#options = { ...options, limits: limitsWith(options.limits) };
    this.disk = new CrashableDisk(
      driver ?? memoryDriver({ size: size ?? 2 ** 20 }),
      sectorBytes === undefined ? {} : { sectorBytes },
    );
    this.#plan = new FaultPlan({ seed, clock });
    this.#wirePlan = new WireFaultPlan(seed);
    this.faults = new TestFaults(this.#plan, this.#wirePlan);
    this.#exports = oneExport({ name: exportName, driver: faulty(this.disk.driver, this.#plan) });
    this.#listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      this.#serve(socketChannel(socket));
    });
  }

  /** Called by `testServer`. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.listen(0, '127.0.0.1', resolve);
    });
    const { port } = this.#listener.address() as AddressInfo;
    this.#uri = `nbd://127.0.0.1:${port}/${encodeURIComponent(this.#options.exportName ?? '')}`;
  }

  /** For clients of any kind: "nbd://127.0.0.1:43617/NAME". */
  get uri(): string {
    return this.#uri;
  }

  /** Connections so far, and those whose client is there. */
  get connections(): { readonly open: number; readonly total: number } {
    const open = [...this.#wires].filter(({ isOpen }) => isOpen).length;
    return { open, total: this.#total };
  }

  /** What the driver threw that no driver should: mistakes in it, which clients see as EIO. */
  get driverErrors(): readonly unknown[] {
    return this.#driverErrors;
  }

  /** A client of this server, which closes it at its end. It takes the options of `connect`. */
  async client(options?: ConnectOptions): Promise<Client> {
    const client = await connect(this.uri, options);
    this.#clients.add(client);
    return client;
  }

  /**
   * A connection without a socket: the client's end of it.
   *
   * @throws Error when the server is closed
   */
  channel(): Channel {
    if (this.#closing !== undefined) throw new Error('the test server is closed');
    const [client, server] = memoryChannelPair();
    this.#serve(server);
    return client;
  }

  /**
   * Cuts all connections, or the one that carries a certain byte: clients read what was sent before, and then the
   * end. What was asked for before the cut is carried out. New connections are welcome.
   *
   * @throws RangeError for a number of bytes that cannot be
   */
  cut({ after }: { readonly after?: CutPoint } = {}): void {
    if (after !== undefined) this.#cuts.add(after);
    else for (const wire of this.#wires) wire.cut();
  }

  /** Neither hears nor says anything, on any connection, until `thaw`. Clients can connect, and wait for the greeting. */
  freeze(): void {
    this.#isFrozen = true;
    for (const wire of this.#wires) wire.freeze();
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const wire of this.#wires) wire.thaw();
  }

  /**
   * The machine crashes and starts again: all connections are gone, what waits because of a fault is never
   * done, and the disk has lost what chance has not left. Faults stay in force.
   */
  crash(options?: CrashOptions): Promise<CrashReport> {
    for (const wire of this.#wires) wire.drop();
    this.#plan.giveUp();
    return this.disk.crash(options);
  }

  /** Closes clients, connections and the disk. What waits because of a fault fails. Later calls answer the same. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#listener.close();
    const signal = AbortSignal.abort();
    await Promise.all([...this.#clients].map((client) => client.close({ signal })));
    for (const wire of this.#wires) wire.drop();
    this.#plan.giveUp();
    this.faults.clear();
    await Promise.all([...this.#sessions].map(({ done }) => done));
    await this.#exports.close();
  }

  #serve(client: Channel): void {
    this.#total += 1;
    const { framing, limits = {} } = this.#options;
    const [near, far] = memoryChannelPair();
    const wire = new Wire({
      connection: this.#total,
      client,
      session: near,
      history: this.history,
      faults: this.#wirePlan,
      cuts: this.#cuts,
      closed: () => this.#wires.delete(wire),
    });
    this.#wires.add(wire);
    wire.start();
    if (this.#isFrozen) wire.freeze();
    void this.#attend(
      serveChannel(far, {
        exports: this.#exports,
        context: { peer: `connection ${this.#total}` },
        limits,
        ...(framing !== undefined && { replyModeMax: framing }),
        observer: {
          requestFailed: ({ error, isBug }) => {
            if (isBug) this.#driverErrors.push(error);
          },
        },
      }),
    );
  }

  async #attend(session: ServedSession): Promise<void> {
    this.#sessions.add(session);
    await session.done;
    this.#sessions.delete(session);
  }
}
