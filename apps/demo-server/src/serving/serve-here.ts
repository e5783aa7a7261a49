/**
 * Serves in this thread.
 */
import { type Server, serve } from '@nbd/server';
import type { Logger } from 'pino';
import { logDiskEvents } from '../disks/disk-events.ts';
import { closeAfterFailure, type Patience } from '../disks/close-after-failure.ts';
import { checkNames, exportPlans, openDisks, type Particular } from '../disks/open-disks.ts';
import { countsIn } from '../metrics/volume-counts.ts';
import { VolumeMemories } from '../metrics/volume-memories.ts';
import type { Plan } from '../settings/plan.ts';
import { failure } from '../program-error.ts';
import { ReloadableExports } from '../disks/reloadable-exports.ts';
import { millis, serveOptions, type Serving, type StartOptions } from './serving.ts';

/** What a disk that is not open when another fails has to become so and be closed: it may be about to take a volume. */
const GRACE_MILLIS = 5000;

/** @throws ProgramError for disks and addresses that cannot be opened */
export async function serveHere(plan: Plan, log: Logger, start: StartOptions): Promise<Serving> {
  const notice = (text: string): void => log.debug(text);
  const events = logDiskEvents(log);
  const { refused } = events;
  const volumes = new VolumeMemories(1);
  const particularIn = ({ exports }: Plan): Particular => {
    const memories = volumes.of(exports);
    return (name) => {
      const memory = memories.get(name);
      return { notice, refused, events, counts: memory && countsIn(memory, 0) };
    };
  };
  const disks = new ReloadableExports(events);
  const server = await openServer(plan, log, { ...start, disks, particular: particularIn(plan) });
  return {
    workers: 1,
    addresses: server.addresses,
    uris: server.uris,
    openConnections: () => server.counters.connections.open,
    metrics: async () => server.metrics(),
    volumes: () => volumes.metrics(),
    reloadTls: (options) => server.reloadTls(options),
    async reloadExports(next, signal) {
      checkNames(next);
      await disks.replace(exportPlans(next, particularIn(next)), signal);
    },
    failed: new Promise(() => undefined),
    async close() {
      const { cut } = await server.close();
      await closeDisks(soon(disks.close()));
      return cut;
    },
  };
}

interface Opening extends StartOptions {
  readonly disks: ReloadableExports;
  readonly particular: Particular;
}

async function openServer(
  plan: Plan,
  log: Logger,
  { disks, particular, signal, beforeExit }: Opening,
): Promise<Server> {
  try {
    await openDisks(disks, plan, particular, signal);
    return await listen(plan, disks, log);
  } catch (error) {
    if (signal.aborted) await closeDisks(disks.close());
    else beforeExit(closeAfterFailure(disks, patienceOf(plan), log));
    throw error;
  }
}

function patienceOf({ shutdownTimeout }: Plan): Patience {
  const open = millis(shutdownTimeout);
  return { open, opening: Math.min(open, GRACE_MILLIS) };
}

async function listen(plan: Plan, disks: ReloadableExports, log: Logger): Promise<Server> {
  try {
    return await serve({ ...serveOptions(plan), source: disks, log });
  } catch (error) {
    throw failure('cannot-start', error);
  }
}

/** The server has closed them, or waited long enough. */
async function soon(closing: Promise<void>): Promise<void> {
  const late = new Promise<never>((_, reject) => {
    setImmediate(() => reject(new Error('it does not answer')));
  });
  await Promise.race([closing, late]);
}

/** What has failed is in the log; here it becomes the exit code. */
async function closeDisks(closing: Promise<void>): Promise<void> {
  try {
    await closing;
  } catch (error) {
    throw failure('unclean-stop', error, 'a disk did not close');
  }
}
