/**
 * Serves in several threads, each of which opens the disks for itself.
 */
import { extname } from 'node:path';
import { type SharedMemory, sharedMemory } from '@nbd/driver-memory';
import { serveInWorkers, type WorkerServer } from '@nbd/server';
import type { Logger } from 'pino';
import { checkNames, describeDisk } from './open-disks.ts';
import type { Plan } from './plan.ts';
import { failure } from './program-error.ts';
import { serveOptions, type Serving } from './serving.ts';
import type { ThreadDisks } from './thread-disks.ts';

/** Beside this file, in the language that this file is in. */
const DISKS = new URL(`thread-disks${extname(import.meta.url)}`, import.meta.url);

/** @throws ProgramError for disks and addresses that cannot be opened */
export async function serveInThreads(plan: Plan, log: Logger): Promise<Serving> {
  const memories: Memories = new Map();
  const server = await start(plan, memories, log);
  const failed = new Promise<never>((_, reject) => {
    server.once('error', reject);
  });
  // Whoever does not wait for it yet is no reason for an unhandled rejection.
  failed.catch(() => undefined);
  return {
    workers: server.workers,
    addresses: server.addresses,
    uris: server.uris,
    openConnections: async () => (await server.counters()).connections.open,
    metrics: () => server.metrics(),
    reloadTls: (options) => server.reloadTls(options),
    async reloadExports(next) {
      checkNames(next);
      await server.reloadExports(disksOf(next, memories));
    },
    failed,
    async close() {
      const { cut, failures } = await server.close();
      const [first] = failures;
      if (first !== undefined) throw failure('unclean-stop', first, 'a disk did not close');
      return cut;
    },
  };
}

async function start(plan: Plan, memories: Memories, log: Logger): Promise<WorkerServer> {
  const { workers } = plan;
  // Names that cannot be are found here, where the exit code of wrong usage is known.
  checkNames(plan);
  try {
    const data = disksOf(plan, memories);
    return await serveInWorkers({ ...serveOptions(plan), workers, module: DISKS, data, log });
  } catch (error) {
    throw failure('cannot-start', error);
  }
}

/** The state of disks in memory, by what they are: those that stay as they were keep it. */
type Memories = Map<string, SharedMemory>;

function disksOf({ exports, readOnly }: Plan, memories: Memories): ThreadDisks {
  const ofExports = new Map<string, SharedMemory>();
  const before = new Map(memories);
  memories.clear();
  for (const [name, spec] of exports) {
    const { driver } = spec;
    if (driver.kind !== 'memory') continue;
    const what = JSON.stringify([name, describeDisk(spec, readOnly)]);
    const memory = before.get(what) ?? sharedMemory(driver);
    memories.set(what, memory);
    ofExports.set(name, memory);
  }
  return { exports, readOnly, memories: ofExports };
}
