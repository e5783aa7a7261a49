/**
 * The disks of one thread among several that serve the same ones.
 */
import type { SharedMemory } from '@nbd/driver-memory';
import type { ReloadableSource, WorkerContext } from '@nbd/server';
import { closeAfterFailure, type Patience } from '../disks/close-after-failure.ts';
import { logDiskEvents } from '../disks/disk-events.ts';
import { exportPlans, openDisks, type Particular, type PlannedDisks } from '../disks/open-disks.ts';
import { ReloadableExports } from '../disks/reloadable-exports.ts';
import { countsIn } from '../metrics/volume-counts.ts';

/** What the threads are given. */
export interface ThreadDisks extends PlannedDisks {
  /** Of the exports that are in memory, by name. */
  readonly memories: ReadonlyMap<string, SharedMemory>;
  /** What volumes count in, by the names of their exports. */
  readonly volumes: ReadonlyMap<string, SharedArrayBuffer>;
}

/** The failure is told afterwards. What is written has one thread, and is not here. */
const PATIENCE: Patience = { open: 1000, opening: 0 };

/** Opens them, in each thread. What the threads find is the same, so the first alone tells of it. */
export async function openExports(
  first: ThreadDisks,
  { index, log, signal }: WorkerContext,
): Promise<ReloadableSource<ThreadDisks>> {
  const notice = (text: string): void => {
    if (index === 0) log.debug({}, text);
  };
  const events = logDiskEvents(log);
  const { refused } = events;
  const particularIn =
    ({ memories, volumes }: ThreadDisks): Particular =>
    (name) => {
      const shared = { memory: memories.get(name) };
      const volume = volumes.get(name);
      return { notice, refused, events, shared, counts: volume && countsIn(volume, index) };
    };
  const disks = new ReloadableExports(events);
  try {
    await openDisks(disks, first, particularIn(first), signal);
  } catch (error) {
    if (signal.aborted) await disks.close();
    else await closeAfterFailure(disks, PATIENCE, log);
    throw error;
  }
  return Object.assign(disks, {
    reload: (next: ThreadDisks, options: { readonly signal: AbortSignal }) =>
      disks.replace(exportPlans(next, particularIn(next)), options.signal),
  });
}
