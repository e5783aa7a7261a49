/**
 * A server in one of several threads, as the main thread conducts it.
 */
import type { ExportSource } from '@nbd/driver';
import { checkSource } from '../check-source.ts';
import type { Log } from '../log.ts';
import { serveShare } from '../serve.ts';
import type { CloseReport, ConnectionInfo, Fellows, Server } from '../server.ts';
import { loadOpenExports, type ReloadableSource } from './open-exports.ts';
import { toPlainError } from './plain-error.ts';
import { Rendezvous } from './rendezvous.ts';
import type {
  ClientReport,
  Commands,
  Question,
  Released,
  Started,
  ThreadSetup,
} from './thread-messages.ts';

/** How long a thread waits for the others before it stops listening. */
const MEETING_MILLIS = 1000;

export class ServingThread implements Fellows {
  readonly #setup: ThreadSetup;
  readonly #log: Log;
  readonly #tell: (report: ClientReport) => void;
  readonly #rendezvous: Rendezvous;
  #server: Server | undefined;
  #source: ReloadableSource | undefined;
  /** What can be given up, by the ids of those who have asked for it. */
  readonly #abandonable = new Map<number, AbortController>();
  #closing: Promise<CloseReport> | undefined;
  #closeFailure: unknown;
  /** Says that no connection is left. */
  #toldDrained: () => void = () => undefined;
  /** Lets the exports be closed. */
  #mayRelease: () => void = () => undefined;
  readonly #released: Promise<void>;

  /** `tell` is told of clients. */
  constructor(setup: ThreadSetup, log: Log, tell: (report: ClientReport) => void) {
    this.#setup = setup;
    this.#log = log;
    this.#tell = tell;
    this.#rendezvous = new Rendezvous(setup.rendezvous);
    this.#released = new Promise((resolve) => {
      this.#mayRelease = resolve;
    });
  }

  async answer({ id, name, command }: Question): Promise<Commands[typeof name]['answer']> {
    switch (name) {
      case 'start':
        return this.#unlessAbandoned(id, (signal) => this.#start(command.descriptors, signal));
      case 'counters':
        return this.#serving.counters;
      case 'metrics':
        return this.#serving.metrics();
      case 'reloadExports':
        await this.#unlessAbandoned(id, (signal) => this.#reloadExports(command.data, signal));
        return undefined;
      case 'abandon':
        this.#abandonable.get(command.id)?.abort();
        return undefined;
      case 'reloadTls':
        await this.#serving.reloadTls(command.options);
        return undefined;
      case 'drain':
        await this.#drain(command.timeout);
        return undefined;
      case 'release':
        return this.#release();
    }
  }

  aboutToUnlisten(): void {
    if (this.#rendezvous.meet(MEETING_MILLIS)) return;
    this.#log.warn(
      { index: this.#setup.index },
      'a worker is stuck: the others do not wait for it',
    );
  }

  async drained(): Promise<void> {
    // Of a server that could not listen, nobody asks.
    if (this.#server === undefined) return;
    this.#toldDrained();
    await this.#released;
  }

  get #serving(): Server {
    if (this.#server === undefined) throw new Error('expected a thread that serves');
    return this.#server;
  }

  async #unlessAbandoned<T>(id: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abandoning = new AbortController();
    this.#abandonable.set(id, abandoning);
    try {
      return await work(abandoning.signal);
    } finally {
      this.#abandonable.delete(id);
    }
  }

  async #start(descriptors: readonly number[] | undefined, signal: AbortSignal): Promise<Started> {
    const { index, threads, module, data, options, turnstile, descriptorWatch } = this.#setup;
    const openExports = await loadOpenExports(module);
    const opened = await openExports(data, { index, workers: threads, log: this.#log, signal });
    const source = checkSource('openExports', opened);
    this.#source = source;
    const server = await serveShare(
      { ...options, source: this.#watched(source), log: this.#log },
      {
        threads,
        turnstileMemory: turnstile,
        descriptorWatchMemory: descriptorWatch,
        fellows: this,
        ...(descriptors !== undefined && { descriptors }),
      },
    );
    this.#server = server;
    for (const event of ['connect', 'disconnect'] as const) {
      server.on(event, (client) => this.#tell(reportOf(event, client)));
    }
    this.#rendezvous.join();
    return { addresses: server.addresses, descriptors: server.descriptors };
  }

  async #reloadExports(data: unknown, signal: AbortSignal): Promise<void> {
    if (this.#source?.reload === undefined) {
      throw new TypeError('expected exports with a method reload, found none');
    }
    await this.#source.reload(data, { signal });
  }

  async #drain(timeout: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#toldDrained = resolve;
      this.#closing = this.#serving.close({ timeout });
    });
  }

  async #release(): Promise<Released> {
    this.#mayRelease();
    const { cut } = (await this.#closing) ?? { cut: 0 };
    const failure = this.#closeFailure;
    return {
      cut,
      counters: this.#serving.counters,
      failure: failure === undefined ? undefined : toPlainError(failure),
    };
  }

  /** Remembers how the end of `source` went. */
  #watched(source: ExportSource): ExportSource {
    return {
      ...(source.list !== undefined && { list: source.list.bind(source) }),
      ...(source.requiresTls !== undefined && { requiresTls: source.requiresTls.bind(source) }),
      open: source.open.bind(source),
      close: async () => {
        this.#closeFailure = new Error('the exports did not close in time');
        try {
          await source.close?.();
          this.#closeFailure = undefined;
        } catch (error) {
          this.#closeFailure = error;
          throw error;
        }
      },
    };
  }
}

/** What can be cloned of a client. */
function reportOf(
  event: ClientReport['event'],
  { id, peer, exportName, tls }: ConnectionInfo,
): ClientReport {
  return { kind: 'client', event, client: { id, peer, exportName, tls } };
}
