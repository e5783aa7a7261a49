/**
 * What a module must have that opens exports in worker threads.
 */
import type { Awaitable, ExportSource } from '@nbd/driver';
import type { Log } from '../log.ts';

/** The thread that asks. */
export interface WorkerContext {
  /** From 0. The first has opened its exports before the others begin, and closes them after all others have. */
  readonly index: number;
  /** How many threads there are. */
  readonly workers: number;
  /** The log of the server. Fields other than errors must be such as can be cloned. */
  readonly log: Log;
  /**
   * Aborts when the start is given up before the exports are open: by the caller of `serveInWorkers`, or since another
   * worker has failed. Then what is open is to be closed, and `openExports` to reject.
   */
  readonly signal: AbortSignal;
}

/**
 * The export `openExports` of the module: called once in each thread, with what was given as `data`. The
 * server closes the source at its end.
 *
 * The disks of all threads must be one disk: what a client has been answered on one connection is true on
 * all others, and those are served by other threads. What is in variables is not shared. The `concurrency` of a
 * driver is kept in each thread: if all together may have `n` calls under way, each has `n / workers`, and a disk that
 * takes fewer calls than there are threads is for a server without workers.
 */
export type OpenExports<Data = unknown> = (
  data: Data,
  context: WorkerContext,
) => Awaitable<ReloadableSource<Data>>;

/** Exports that may be able to become others while they are served. */
export interface ReloadableSource<Data = unknown> extends ExportSource {
  /**
   * Asked for by `WorkerServer.reloadExports`. If it rejects, all must be as it was. When `signal` aborts, it is to reject
   * soon: the next one follows. Absent: they cannot.
   */
  reload?(data: Data, options: { readonly signal: AbortSignal }): Awaitable<void>;
}

/** Imports the module at `url` and finds the function in it. Rejects with a `TypeError` if it is not there. */
export async function loadOpenExports(url: string): Promise<OpenExports> {
  const { openExports } = (await import(url)) as { readonly openExports?: unknown };
  if (typeof openExports === 'function') return openExports as OpenExports;
  throw new TypeError(`${url}: expected a function openExports among its exports, found none`);
}
