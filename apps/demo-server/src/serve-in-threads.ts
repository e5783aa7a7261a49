/**
 * Serves in several threads, each of which opens the disks for itself.
 */
import { extname } from 'node:path';
import { sharedMemory } from '@nbd/driver-memory';
import { serveInWorkers, type WorkerServer } from '@nbd/server';
import type { Logger } from 'pino';
import { diskTable } from './open-disks.ts';
import type { Plan } from './plan.ts';
import { failure } from './program-error.ts';
import { serveOptions, type Serving } from './serving.ts';
import type { ThreadDisks } from './thread-disks.ts';

/** Beside this file, in the language that this file is in. */
const DISKS = new URL(`thread-disks${extname(import.meta.url)}`, import.meta.url);

/** @throws ProgramError for disks and addresses that cannot be opened */
export async function serveInThreads(plan: Plan, log: Logger): Promise<Serving> {
  const server = await start(plan, log);
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
    reloadTls: (options) => server.reloadTls(options),
    failed,
    async close() {
      const { cut, failures } = await server.close();
      const [first] = failures;
      if (first !== undefined) throw failure('unclean-stop', first, 'a disk did not close');
      return cut;
    },
  };
}

async function start(plan: Plan, log: Logger): Promise<WorkerServer> {
  const { workers } = plan;
  // Names that cannot be are found here, where the exit code of wrong usage is known.
  diskTable(plan, () => ({ notice: () => undefined }));
  try {
    const data = disksOf(plan);
    return await serveInWorkers({ ...serveOptions(plan), workers, module: DISKS, data, log });
  } catch (error) {
    throw failure('cannot-start', error);
  }
}

function disksOf({ exports, readOnly }: Plan): ThreadDisks {
  const memories = Array.from(exports).flatMap(([name, { driver }]) =>
    driver.kind === 'memory' ? [[name, sharedMemory(driver)] as const] : [],
  );
  return { exports, readOnly, memories: new Map(memories) };
}
