/**
 * Serves in this thread.
 */
import { type Server, serve } from '@nbd/server';
import type { Logger } from 'pino';
import { logDiskEvents } from '../disks/disk-events.ts';
import { checkNames, exportPlans, openDisks, type OpenDisksOptions } from '../disks/open-disks.ts';
import { countsIn } from '../metrics/volume-counts.ts';
import { VolumeMemories } from '../metrics/volume-memories.ts';
import type { Plan } from '../settings/plan.ts';
import { failure } from '../program-error.ts';
import type { ReloadableExports } from '../disks/reloadable-exports.ts';
import { serveOptions, type Serving } from './serving.ts';

/** @throws ProgramError for disks and addresses that cannot be opened */
export async function serveHere(plan: Plan, log: Logger): Promise<Serving> {
  const notice = (text: string): void => log.debug(text);
  const events = logDiskEvents(log);
  const { refused } = events;
  const volumes = new VolumeMemories(1);
  const particularIn = ({ exports }: Plan): OpenDisksOptions['particular'] => {
    const memories = volumes.of(exports);
    return (name) => {
      const memory = memories.get(name);
      return { notice, refused, events, counts: memory && countsIn(memory, 0) };
    };
  };
  const disks = await openDisks(plan, { particular: particularIn(plan), events });
  const server = await listen(plan, disks, log);
  return {
    workers: 1,
    addresses: server.addresses,
    uris: server.uris,
    openConnections: () => server.counters.connections.open,
    metrics: async () => server.metrics(),
    volumes: () => volumes.metrics(),
    reloadTls: (options) => server.reloadTls(options),
    async reloadExports(next) {
      checkNames(next);
      await disks.replace(exportPlans(next, particularIn(next)));
    },
    failed: new Promise(() => undefined),
    async close() {
      const { cut } = await server.close();
      await closeDisks(disks);
      return cut;
    },
  };
}

async function listen(plan: Plan, disks: ReloadableExports, log: Logger): Promise<Server> {
  try {
    return await serve({ ...serveOptions(plan), source: disks, log });
  } catch (error) {
    throw failure('cannot-start', error);
  }
}

/** The server has closed them, or waited long enough, and logged a failure; here it becomes the exit code. */
async function closeDisks(disks: ReloadableExports): Promise<void> {
  const late = new Promise<never>((_, reject) => {
    setImmediate(() => reject(new Error('it does not answer')));
  });
  try {
    await Promise.race([disks.close(), late]);
  } catch (error) {
    throw failure('unclean-stop', error, 'a disk did not close');
  }
}
