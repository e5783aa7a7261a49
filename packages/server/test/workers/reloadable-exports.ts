/** One export for tests of workers, which can be given another name. */
import { oneExport } from '@nbd/driver';
import { type SharedMemory, sharedMemoryDriver } from '@nbd/driver-memory';
import type { ReloadableSource } from '../../src/index.ts';

interface TestData {
  readonly memory: SharedMemory;
  readonly name: string;
}

export function openExports({ memory, name }: TestData): ReloadableSource<TestData> {
  const driver = sharedMemoryDriver(memory);
  let source = oneExport({ name, driver });
  return {
    open: (asked) => source.open(asked),
    reload(next) {
      if (next.name === '') throw new Error('a name is missing');
      source = oneExport({ name: next.name, driver });
    },
  };
}
