/**
 * A server whose connections are spread over threads, as the main thread has it.
 */
import { EventEmitter } from 'node:events';
import { type Address, formatUri } from '../address.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import { sumMetrics } from '../metrics/sum-metrics.ts';
import type { CloseReport, ServerEvents } from '../server.ts';
import type { ServerCounters } from '../server-counters.ts';
import type { TlsOptions } from '../tls/tls-options.ts';
import type { Turnstile } from '../turnstile.ts';
import { checkMillis } from '../whole-number.ts';
import { within } from '../within.ts';
import { fromPlainError } from './plain-error.ts';
import type { Rendezvous } from './rendezvous.ts';
import { sumCounters } from './sum-counters.ts';
import type { Thread } from './thread.ts';
import type { Released } from './thread-messages.ts';

/** Beyond what a thread may take for its end, milliseconds: then it is taken for stuck. */
const PATIENCE_MILLIS = 3000;

/** Of `connect` and `disconnect`, what was known of the client when that happened, a moment ago in another thread. */
export interface WorkerServerEvents extends ServerEvents {
  /**
   * A worker has died: of an exception that nobody caught, or of want of memory. The server closes by itself. Without a
   * listener the process ends with this error, as it would have if that had happened in its only thread.
   */
  error: [error: Error];
}

/** How a shutdown of all workers went. */
export interface WorkerCloseReport extends CloseReport {
  /** For each worker whose exports did not close, why. */
  readonly failures: readonly Error[];
}

export interface WorkerServerSettings {
  readonly threads: readonly Thread[];
  readonly turnstile: Turnstile;
  readonly rendezvous: Rendezvous;
  readonly addresses: readonly Address[];
  readonly exportName: string | undefined;
  /** What the exports are made of. */
  readonly data: unknown;
  /** Milliseconds. */
  readonly shutdownTimeout: number;
}

/** A server in several threads: made by `serveInWorkers`, ended by `close`. */
export class WorkerServer extends EventEmitter<WorkerServerEvents> {
  readonly #settings: WorkerServerSettings;
  #closing: Promise<WorkerCloseReport> | undefined;
  /** What the exports in force were made of. */
  #data: unknown;
  /** Threads whose exports may be made of something else, since a reload was given up or could not be taken back. */
  readonly #astray = new Set<Thread>();
  /** Settled when the last reload of exports is done, whatever came of it. */
  #reloaded: Promise<unknown> = Promise.resolve();
  /** Once it is closed. */
  #last: ServerCounters | undefined;

  /** Use `serveInWorkers`. */
  constructor(settings: WorkerServerSettings) {
    super();
    this.#settings = settings;
    this.#data = settings.data;
  }

  /** How many worker threads serve. */
  get workers(): number {
    return this.#settings.threads.length;
  }

  /** Whether clients are accepted. */
  get ready(): boolean {
    return this.#closing === undefined;
  }

  /** Where the server listens, with the real ports. */
  get addresses(): readonly Address[] {
    return this.#settings.addresses;
  }

  /** One NBD URI for each address, of the export `exportName` if that was given. */
  get uris(): readonly string[] {
    return this.addresses.map((address) => formatUri(address, this.#settings.exportName));
  }

  /** How many clients there are. As opposed to `counters` it asks no worker, of which one may be stuck. */
  get openConnections(): number {
    // At the turnstile those of a worker that has died have not left.
    return this.#last === undefined ? this.#settings.turnstile.open : 0;
  }

  /** What all workers have served so far, together. Of a closed server: in all. */
  async counters(): Promise<ServerCounters> {
    if (this.#last !== undefined) return this.#last;
    const { threads } = this.#settings;
    return sumCounters(await Promise.all(threads.map((thread) => thread.ask('counters', {}))));
  }

  /** As `Server.metrics`, of all workers together. Rejects with a `TypeError` where that throws it, and once it is closed. */
  async metrics(): Promise<ServerMetrics> {
    const { threads } = this.#settings;
    return sumMetrics(await Promise.all(threads.map((thread) => thread.ask('metrics', {}))));
  }

  /**
   * Gives `data` to the method `reload` of the exports, in one worker after the other, the first one first. Where one
   * cannot use it, those before it are given what they had. Reloads that overlap are done in the order of their calls.
   * Rejects with what `reload` throws, with a `TypeError` if there is none, and with an `AggregateError` of both reasons
   * if the way back fails, too: then the workers differ until the next one that goes well.
   *
   * When `signal` aborts, it is given up: the worker that it is at is told, and those before it are left as they are, for
   * another reload to follow.
   */
  async reloadExports(
    data: unknown,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const reloading = this.#reloaded.then(() => this.#reloadExports(data, signal));
    this.#reloaded = reloading.catch(() => undefined);
    await reloading;
  }

  /**
   * As `Server.reloadTls`, in one worker after the other. What the first cannot use is used by none; files
   * that change in the meantime are the caller's fault.
   */
  async reloadTls(options?: TlsOptions): Promise<void> {
    for (const thread of this.#settings.threads) await thread.ask('reloadTls', { options });
  }

  /**
   * As `Server.close`. The exports of the workers are closed when no connection is left in any of them, those of
   * the first worker last. A worker that does not answer is ended, and its connections count as cut.
   */
  async close(options: { readonly timeout?: number } = {}): Promise<WorkerCloseReport> {
    const timeout = checkMillis('timeout', options.timeout ?? this.#settings.shutdownTimeout);
    this.#closing ??= this.#close(timeout);
    return this.#closing;
  }

  /** To be called when a thread has ended by itself. */
  lost(error: Error): void {
    const wasReady = this.ready;
    this.#settings.rendezvous.leave();
    void this.close();
    if (wasReady) this.emit('error', error);
  }

  async #reloadExports(data: unknown, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    for (const thread of this.#settings.threads) {
      try {
        await thread.ask('reloadExports', { data }, signal);
        this.#astray.add(thread);
      } catch (error) {
        if (signal?.aborted === true) this.#astray.add(thread);
        else await this.#goBack(error, signal);
        throw error;
      }
    }
    this.#astray.clear();
    this.#data = data;
  }

  async #goBack(reason: unknown, signal: AbortSignal | undefined): Promise<void> {
    const goBack = async (thread: Thread): Promise<void> => {
      await thread.ask('reloadExports', { data: this.#data }, signal);
      this.#astray.delete(thread);
    };
    const ways = await Promise.allSettled(Array.from(this.#astray, goBack));
    const faults = ways.flatMap((way) => (way.status === 'rejected' ? [way.reason as Error] : []));
    const [fault] = faults;
    if (fault === undefined) return;
    const { message } = reason as Error;
    throw new AggregateError(
      [reason, ...faults],
      `${message}; and the workers before it cannot go back: ${fault.message}`,
    );
  }

  async #close(timeout: number): Promise<WorkerCloseReport> {
    const { threads } = this.#settings;
    const millis = timeout + PATIENCE_MILLIS;
    await within(millis, Promise.allSettled(threads.map((one) => one.ask('drain', { timeout }))));
    const released: Released[] = [];
    const stuck = new Set(threads);
    const release = async (thread: Thread): Promise<void> => {
      try {
        released.push(await thread.ask('release', {}));
      } finally {
        stuck.delete(thread);
      }
    };
    const [first, ...others] = threads;
    await within(millis, Promise.allSettled(others.map(release)));
    if (first !== undefined) await within(millis, Promise.allSettled([release(first)]));
    const failures = [
      ...released.flatMap(({ failure }) => (failure === undefined ? [] : fromPlainError(failure))),
      ...Array.from(stuck, () => new Error('a worker is stuck, and has not closed its exports')),
    ];
    await Promise.all(threads.map((thread) => thread.end()));
    this.#last = sumCounters(released.map(({ counters }) => counters));
    // Of those that did not answer, only the turnstile knows.
    const lost = Math.max(this.#settings.turnstile.open - this.#last.connections.open, 0);
    return { cut: released.reduce((sum, { cut }) => sum + cut, lost), failures };
  }
}
