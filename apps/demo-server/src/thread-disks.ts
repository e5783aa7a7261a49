/**
 * The disks of one thread among several that serve the same ones.
 */
import type { ExportTable } from '@nbd/driver';
import type { SharedMemory } from '@nbd/driver-memory';
import type { WorkerContext } from '@nbd/server';
import { openDisks, type PlannedDisks } from './open-disks.ts';

/** What the threads are given. */
export interface ThreadDisks extends PlannedDisks {
  /** Of the exports that are in memory, by name. */
  readonly memories: ReadonlyMap<string, SharedMemory>;
}

/** Opens them, in each thread. What the threads find is the same, so the first alone tells of it. */
export function openExports(
  { memories, ...plan }: ThreadDisks,
  { index, log }: WorkerContext,
): Promise<ExportTable> {
  const notice = (text: string): void => {
    if (index === 0) log.debug({}, text);
  };
  return openDisks(plan, (name) => ({ notice, shared: { memory: memories.get(name) } }));
}
