/**
 * The program at work: from a plan to an orderly end.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Address } from '@nbd/server';
import type { Logger } from 'pino';
import { hints } from '../output/hints.ts';
import { openLog } from '../output/log.ts';
import { Health } from '../metrics/health.ts';
import type { MetricsServer } from '../metrics/metrics-server.ts';
import { urlOf } from '../metrics/metrics-address.ts';
import { defaultDisk, type Plan, shownNames } from '../settings/plan.ts';
import { ProgramError } from '../program-error.ts';
import { exportsStep } from '../disks/reload-exports.ts';
import { type Change, Reloader, type ReloadStep } from './reloader.ts';
import { serveHere } from './serve-here.ts';
import type { Serving, StartOptions } from './serving.ts';
import { announce } from '../output/standard-streams.ts';
import { firstStopSignal } from './stop-signals.ts';

export interface ProgramParts {
  readonly version: string;
  /** What is to be done. */
  readonly plan: Plan;
  /** Reads a configuration file anew. Absent: there is none. */
  readonly readAgain: (() => Plan) | undefined;
  /** Called for a second signal to stop, which ends the program. */
  readonly hurry: (signal: string) => never;
  /** Told of what is still to be done of a start that has failed, once its failure is told. It never rejects. */
  readonly beforeExit: (work: Promise<void>) => void;
}

/** Serves until a signal ends it. Rejects with a `ProgramError` if something fails, and if the end is not clean. */
export async function serveUntilStopped(parts: ProgramParts): Promise<void> {
  const { plan, hurry } = parts;
  const log = openLog(plan.logLevel, plan.logFormat);
  const health = new Health();
  let inForce = plan;
  const steps = stepsOf(parts, log, (next) => {
    inForce = next;
  });
  const reloader = new Reloader(log, steps);
  const stopped = firstStopSignal({
    reload: steps.length === 0 ? undefined : reloader.reload,
    again: hurry,
  });
  let server: Serving | undefined;
  const operators = await openForOperators(plan, log, {
    health,
    state: () => ({
      version: parts.version,
      isReady: health.isReady,
      exportNames: shownNames(inForce.exports),
      reloads: reloader.counts,
    }),
    metrics: async () => {
      if (server === undefined) throw new Error('there is no server yet');
      return server.metrics();
    },
    volumes: () => server?.volumes() ?? new Map(),
  });
  let cut = 0;
  try {
    server = await openUnlessStopped(parts, stopped, log);
    if (server !== undefined) {
      reloader.serveWith(server);
      health.ready();
      await beServing(plan, server, stopped, log);
    }
  } finally {
    health.stopping();
    cut = (await server?.close()) ?? 0;
    await operators?.close();
  }
  if (cut > 0) {
    const seconds = plan.shutdownTimeout;
    throw new ProgramError(
      'unclean-stop',
      `connections cut off after ${seconds} seconds of waiting: ${cut}`,
    );
  }
  log.info('stopped');
}

/**
 * Undefined: a signal has come before all disks were open, and they are closed. One that does not open has no more time than
 * one that does not close.
 */
async function openUnlessStopped(
  { plan, beforeExit }: ProgramParts,
  stopped: Promise<string>,
  log: Logger,
): Promise<Serving | undefined> {
  const over = new AbortController();
  const unwanted = new AbortController();
  const seconds = plan.shutdownTimeout;
  const patience = async (): Promise<never> => {
    const signal = await stopped;
    if (!over.signal.aborted) {
      log.info({ signal, seconds }, 'stopping: what is open is closed, the rest has these seconds');
      unwanted.abort();
    }
    await wait(seconds * 1000, undefined, { signal: over.signal });
    throw new ProgramError(
      'unclean-stop',
      `not all disks were open after ${seconds} seconds of waiting`,
    );
  };
  try {
    const { signal } = unwanted;
    const open = plan.workers > 1 ? inThreads : serveHere;
    return await Promise.race([open(plan, log, { signal, beforeExit }), patience()]);
  } catch (error) {
    if (unwanted.signal.aborted && !isUnclean(error)) return undefined;
    throw error;
  } finally {
    over.abort();
  }
}

function isUnclean(error: unknown): boolean {
  return error instanceof ProgramError && error.code === 'unclean-stop';
}

/** Says where it serves, and returns when it is to stop. */
async function beServing(
  plan: Plan,
  server: Serving,
  stopped: Promise<string>,
  log: Logger,
): Promise<void> {
  for (const uri of server.uris) await announce(`listening ${uri}`);
  log.info({ exports: shownNames(plan.exports), workers: server.workers }, 'ready');
  giveHints(plan, server, log);
  const signal = await Promise.race([stopped, server.failed]);
  log.info({ signal, connections: server.openConnections() }, 'stopping');
}

/** What SIGHUP reads anew. */
function stepsOf(
  { plan, readAgain }: ProgramParts,
  log: Logger,
  replaced: (plan: Plan) => void,
): readonly ReloadStep[] {
  return [
    ...(plan.tls === undefined
      ? []
      : [{ what: 'TLS', mayHang: false, read: (): Change => (server) => server.reloadTls() }]),
    ...(readAgain === undefined ? [] : [exportsStep({ plan, readAgain, replaced, log })]),
  ];
}

/** One thread has no use for what it takes to have several. */
async function inThreads(plan: Plan, log: Logger, start: StartOptions): Promise<Serving> {
  const { serveInThreads } = await import('./serve-in-threads.ts');
  return serveInThreads(plan, log, start);
}

/** Whoever does not ask for metrics has no use for what it takes to have them. */
async function openForOperators(
  { metrics }: Plan,
  log: Logger,
  watched: Parameters<typeof import('./operator-server.ts').openOperatorServer>[1],
): Promise<MetricsServer | undefined> {
  if (metrics === undefined) return undefined;
  const { openOperatorServer } = await import('./operator-server.ts');
  const operators = await openOperatorServer(metrics, watched);
  log.info({ url: urlOf(operators.address) }, 'metrics and health');
  return operators;
}

/** Whoever wants only warnings, or JSON, is no person at a terminal. */
function giveHints(plan: Plan, { addresses }: Serving, log: Logger): void {
  const address = addressToTry(plan, addresses);
  if (plan.logFormat !== 'text' || !log.isLevelEnabled('info') || address === undefined) return;
  process.stderr.write(hints(address, defaultDisk(plan.exports), plan.tls));
}

/** The first, unless the default export is for clients under TLS only: then one that has TLS, and as one that requires it. */
function addressToTry(
  { exports, defaultExport }: Plan,
  addresses: readonly Address[],
): Address | undefined {
  const [first] = addresses;
  if (first === undefined || exports.get(defaultExport)?.tls === undefined) return first;
  return addresses.find(({ tls }) => tls) ?? { ...first, tls: true };
}
