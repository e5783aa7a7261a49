/**
 * `serveInWorkers`: a server whose connections are spread over threads.
 *
 * The threads share the listening sockets: the first binds them, the others accept from the same ones, and the
 * system gives each client to one of them. An accepted socket cannot be handed to another thread, so the main
 * thread listens to none; it conducts. See docs/adr/0012-workers-share-a-listening-socket.md.
 */
import { availableParallelism } from 'node:os';
import type { Address } from '../address.ts';
import { DESCRIPTOR_WATCH_BYTES } from '../descriptor-watch.ts';
import { type Log, SILENT, unfailing } from '../log.ts';
import { optionLimits, type ServeOptions, turnstileRules } from '../serve.ts';
import { Turnstile, turnstileBytes } from '../turnstile.ts';
import { checkWhole } from '../whole-number.ts';
import { within } from '../within.ts';
import { defaultWorkers } from './default-workers.ts';
import { LOG_LEVELS } from './forward-log.ts';
import { Rendezvous, RENDEZVOUS_BYTES } from './rendezvous.ts';
import { Thread } from './thread.ts';
import type { SharedSetup } from './thread-messages.ts';
import { WorkerServer } from './worker-server.ts';

/** Threads beyond any machine that this is for. */
const WORKERS_MAX = 128;

/** When one worker has failed, what the others have to close what they have open, milliseconds. */
const GIVING_UP_MILLIS = 3000;

/** Those of `serve`, but that the exports come from a module. */
export interface ServeInWorkersOptions extends Omit<ServeOptions, 'exports' | 'source'> {
  /**
   * The URL of a module that exports a function `openExports`, see `OpenExports`. Each worker imports it, since
   * disks cannot be handed from thread to thread.
   */
  readonly module: URL | string;
  /** Given to `openExports`, a copy for each worker: anything that can be cloned. A `SharedArrayBuffer` is shared. */
  readonly data?: unknown;
  /** How many workers accept and serve. Default: `defaultWorkers()`. */
  readonly workers?: number;
  /** Options of Node for the workers. Default: those of this process. */
  readonly execArgv?: readonly string[];
  /** Gives up the start when it aborts, for which `openExports` has to heed the signal of its context. Later it has no effect. */
  readonly signal?: AbortSignal;
}

/**
 * Starts workers that serve together. They are ready when the promise resolves. `maxConnections` and the numbers
 * of connections are those of all workers; the log is told of all of them.
 *
 * `eager` is off by default unless there are more processors than workers: one that polls would keep another from
 * its work.
 *
 * Where listening sockets cannot be shared, as on Windows, there is one worker, and a line in the log.
 *
 * @throws as `serve`, and what `openExports` throws, with the name, message and code that it has there;
 * TypeError for a module without `openExports`; the reason of `signal` if it aborts. Then no worker is left.
 */
export async function serveInWorkers(options: ServeInWorkersOptions): Promise<WorkerServer> {
  const { module, data, workers, execArgv, signal, log: given = SILENT, ...shared } = options;
  signal?.throwIfAborted();
  const log = unfailing(given);
  const count = checkWhole('workers', workers ?? defaultWorkers(), {
    minimum: 1,
    maximum: WORKERS_MAX,
  });
  const rules = turnstileRules(options);
  const setup: SharedSetup = {
    threads: count,
    module: String(module),
    data,
    options: { eager: availableParallelism() > count, ...shared },
    levels: LOG_LEVELS.filter((level) => given.isLevelEnabled?.(level) ?? true),
    turnstile: new SharedArrayBuffer(turnstileBytes(rules)),
    descriptorWatch: new SharedArrayBuffer(DESCRIPTOR_WATCH_BYTES),
    rendezvous: new SharedArrayBuffer(RENDEZVOUS_BYTES),
  };
  let server: WorkerServer | undefined;
  const deaths: Error[] = [];
  const threads = Array.from(
    { length: count },
    (_, index) =>
      new Thread({
        setup: { ...setup, index },
        execArgv,
        log,
        visited: ({ event, client }) => void server?.emit(event, client),
        died(error) {
          if (server === undefined) deaths.push(error);
          else server.lost(error);
        },
      }),
  );
  const common = {
    turnstile: new Turnstile(rules, setup.turnstile),
    rendezvous: new Rendezvous(setup.rendezvous),
    exportName: options.exportName,
    data,
    shutdownTimeout: optionLimits(options).shutdownTimeout,
  };
  try {
    const { started, addresses } = await startAll(threads, log, signal);
    deaths.forEach(() => common.rendezvous.leave());
    if (deaths[0] !== undefined) throw deaths[0];
    server = new WorkerServer({ ...common, threads: started, addresses });
    return server;
  } catch (error) {
    // With a worker that dies its sockets are closed, so what others say of those is not the reason.
    const reason = deaths[0] ?? error;
    await new WorkerServer({ ...common, threads, addresses: [] }).close({ timeout: 0 });
    signal?.throwIfAborted();
    throw reason;
  }
}

/** Starts the first thread, and the others behind it if they can share its sockets. Those that cannot are ended. */
async function startAll(
  threads: readonly Thread[],
  log: Log,
  signal: AbortSignal | undefined,
): Promise<{ readonly started: readonly Thread[]; readonly addresses: readonly Address[] }> {
  const [first, ...others] = threads as readonly [Thread, ...Thread[]];
  const { addresses, descriptors } = await first.ask('start', {}, signal);
  if (descriptors === undefined) {
    if (others.length > 0) {
      log.warn({}, 'listening sockets cannot be shared between threads here: there is one worker');
    }
    await Promise.all(others.map((thread) => thread.end()));
    return { started: [first], addresses };
  }
  const failed = new AbortController();
  const unwanted = AbortSignal.any(
    signal === undefined ? [failed.signal] : [failed.signal, signal],
  );
  const starts = others.map((thread) => thread.ask('start', { descriptors }, unwanted));
  try {
    await Promise.all(starts);
    return { started: threads, addresses };
  } catch (error) {
    failed.abort();
    await within(GIVING_UP_MILLIS, Promise.allSettled(starts));
    throw error;
  }
}
