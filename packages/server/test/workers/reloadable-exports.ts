/** One export for tests of workers, which can be given another name. */
import { oneExport } from '@nbd/driver';
import { type SharedMemory, sharedMemoryDriver } from '@nbd/driver-memory';
import type { ReloadableSource, WorkerContext } from '../../src/index.ts';

export interface TestData {
  readonly memory: SharedMemory;
  readonly name: string;
  /** The thread that cannot reload. Absent: all can. */
  readonly failsIn?: number;
}

export function openExports(
  { memory, name }: TestData,
  { index }: WorkerContext,
): ReloadableSource<TestData> {
  const driver = sharedMemoryDriver(memory);
  let source = oneExport({ name, driver });
  return {
    open: (asked) => source.open(asked),
    reload(next) {
      if (next.failsIn === index) throw new Error(`thread ${index} has no file to open`);
      source = oneExport({ name: next.name, driver });
    },
  };
}
