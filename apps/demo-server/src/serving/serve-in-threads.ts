/**
 * Serves in several threads, each of which opens the disks for itself.
 */
import { extname } from 'node:path';
import { type SharedMemory, sharedMemory, type SharedMemoryOptions } from '@nbd/driver-memory';
import { serveInWorkers, type WorkerServer } from '@nbd/server';
import type { Logger } from 'pino';
import { checkNames, describeDisk } from '../disks/open-disks.ts';
import { VolumeMemories } from '../metrics/volume-memories.ts';
import { checkOwners, type Plan } from '../settings/plan.ts';
import { failure } from '../program-error.ts';
import { serveOptions, type Serving, type StartOptions } from './serving.ts';
import type { ThreadDisks } from './thread-disks.ts';

/** Beside this file, in the language that this file is in. */
const DISKS = new URL(`thread-disks${extname(import.meta.url)}`, import.meta.url);

/** @throws ProgramError for disks and addresses that cannot be opened */
export async function serveInThreads(
  plan: Plan,
  log: Logger,
  { signal: unwanted }: StartOptions,
): Promise<Serving> {
  const volumes = new VolumeMemories(plan.workers);
  const atStart = disksOf(plan, new Map(), volumes);
  let { memories } = atStart;
  const server = await start(plan, atStart.data, log, unwanted);
  const failed = new Promise<never>((_, reject) => {
    server.once('error', reject);
  });
  // Whoever does not wait for it yet is no reason for an unhandled rejection.
  failed.catch(() => undefined);
  return {
    workers: server.workers,
    addresses: server.addresses,
    uris: server.uris,
    openConnections: () => server.openConnections,
    metrics: () => server.metrics(),
    volumes: () => volumes.metrics(),
    reloadTls: (options) => server.reloadTls(options),
    async reloadExports(next, signal) {
      checkNames(next);
      // Whatever the file says of workers now, there are as many as there are.
      checkOwners(next.exports, server.workers);
      const disks = disksOf(next, memories, volumes);
      try {
        await server.reloadExports(disks.data, { signal });
        ({ memories } = disks);
      } catch (error) {
        // Some workers may have these already: in the reload that follows, the same disk is to be the same memory in all.
        if (signal.aborted) memories = new Map([...memories, ...disks.memories]);
        throw error;
      }
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

async function start(
  plan: Plan,
  data: ThreadDisks,
  log: Logger,
  signal: AbortSignal,
): Promise<WorkerServer> {
  const { workers } = plan;
  // Names that cannot be are found here, where the exit code of wrong usage is known.
  checkNames(plan);
  try {
    const options = { ...serveOptions(plan), workers, module: DISKS, data, log, signal };
    return await serveInWorkers(options);
  } catch (error) {
    throw failure('cannot-start', error);
  }
}

/** The state of disks in memory, by what they are: those that stay as they were keep it. */
type Memories = ReadonlyMap<string, SharedMemory>;

/** What the threads are given, and the memories in it, of which those in `before` are used again. */
function disksOf(
  { exports, readOnly }: Plan,
  before: Memories,
  volumes: VolumeMemories,
): { readonly data: ThreadDisks; readonly memories: Memories } {
  const memories = new Map<string, SharedMemory>();
  const ofExports = new Map<string, SharedMemory>();
  for (const [name, spec] of exports) {
    const { driver } = spec;
    if (driver.kind !== 'memory') continue;
    const what = JSON.stringify([name, describeDisk(spec, readOnly)]);
    const memory = before.get(what) ?? reserve(name, driver);
    memories.set(what, memory);
    ofExports.set(name, memory);
  }
  const data = { exports, readOnly, memories: ofExports, volumes: volumes.of(exports) };
  return { data, memories };
}

/** @throws ProgramError "cannot-start" that names the export where there is no address space for it */
function reserve(name: string, size: SharedMemoryOptions): SharedMemory {
  try {
    return sharedMemory(size);
  } catch (error) {
    throw failure('cannot-start', error, `export ${JSON.stringify(name)} cannot be opened`);
  }
}
