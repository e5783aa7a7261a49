/**
 * The disks of one thread among several that serve the same ones.
 */
import type { SharedMemory } from '@nbd/driver-memory';
import type { ReloadableSource, WorkerContext } from '@nbd/server';
import { logDiskEvents } from '../disks/disk-events.ts';
import {
  exportPlans,
  openDisks,
  type OpenDisksOptions,
  type PlannedDisks,
} from '../disks/open-disks.ts';
import { countsIn } from '../metrics/volume-counts.ts';

/** What the threads are given. */
export interface ThreadDisks extends PlannedDisks {
  /** Of the exports that are in memory, by name. */
  readonly memories: ReadonlyMap<string, SharedMemory>;
  /** What volumes count in, by the names of their exports. */
  readonly volumes: ReadonlyMap<string, SharedArrayBuffer>;
}

/** Opens them, in each thread. What the threads find is the same, so the first alone tells of it. */
export async function openExports(
  first: ThreadDisks,
  { index, log }: WorkerContext,
): Promise<ReloadableSource<ThreadDisks>> {
  const notice = (text: string): void => {
    if (index === 0) log.debug({}, text);
  };
  const events = logDiskEvents(log);
  const { refused } = events;
  const particularIn =
    ({ memories, volumes }: ThreadDisks): OpenDisksOptions['particular'] =>
    (name) => {
      const shared = { memory: memories.get(name) };
      const volume = volumes.get(name);
      return { notice, refused, events, shared, counts: volume && countsIn(volume, index) };
    };
  const disks = await openDisks(first, { particular: particularIn(first), events });
  return Object.assign(disks, {
    reload: (next: ThreadDisks) => disks.replace(exportPlans(next, particularIn(next))),
  });
}
