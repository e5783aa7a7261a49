/**
 * A server at work, whatever the number of its threads.
 */
import type { Address, ServeOptions, Server, ServerMetrics } from '@nbd/server';
import type { VolumeMetrics } from '../metrics/volume-counts.ts';
import type { Plan } from '../settings/plan.ts';

export interface Serving extends Pick<Server, 'addresses' | 'uris' | 'reloadTls'> {
  readonly workers: number;
  readonly addresses: readonly Address[];
  /** How many clients there are. Told at once, whatever state the threads are in. */
  openConnections(): number;
  /** Rejects unless the plan has metrics. */
  metrics(): Promise<ServerMetrics>;
  /** What volumes in buckets have counted, by the names of their exports. Told at once. */
  volumes(): ReadonlyMap<string, VolumeMetrics>;
  /**
   * Serves the exports of another plan in place of those that there are. Rejects with what is wrong with one of them, and
   * with those that are not open yet when `signal` aborts; then clients are served as before. One at a time; it is aborted
   * only where another one follows.
   */
  reloadExports(plan: Plan, signal: AbortSignal): Promise<void>;
  /** Rejects when it can go on no longer; else it never settles. */
  readonly failed: Promise<never>;
  /**
   * Ends it, and its disks; answers how many connections had to be cut.
   *
   * @throws ProgramError "unclean-stop" if a disk did not close
   */
  close(): Promise<number>;
}

/** How a start may end before there is a server. */
export interface StartOptions {
  /** Aborted when nobody wants it any more. Then what is open is closed, the rest when it is, and the start rejects. */
  readonly signal: AbortSignal;
  /** Told of what is still to be closed of a start that has failed. It never rejects. */
  readonly beforeExit: (closing: Promise<void>) => void;
}

/** What the server is told, in one thread and in several. */
export function serveOptions(plan: Plan): Omit<ServeOptions, 'exports' | 'source' | 'log'> {
  return {
    listen: plan.listen,
    exportName: plan.defaultExport,
    ...(plan.socketMode !== undefined && { socketMode: plan.socketMode }),
    ...(plan.tls !== undefined && { tls: plan.tls }),
    maxConnections: plan.maxConnections,
    handshakeTimeout: millis(plan.handshakeTimeout),
    shutdownTimeout: millis(plan.shutdownTimeout),
    metrics: plan.metrics !== undefined,
    limits: plan.limits,
  };
}

/** Rounded up: 0 has a meaning of its own. */
export function millis(seconds: number): number {
  return Math.ceil(seconds * 1000);
}
