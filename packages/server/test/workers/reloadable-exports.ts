/** One export for tests of workers, which can be given another name. */
import { once } from 'node:events';
import { oneExport } from '@nbd/driver';
import { type SharedMemory, sharedMemoryDriver } from '@nbd/driver-memory';
import type { ReloadableSource, WorkerContext } from '../../src/index.ts';

export interface TestData {
  readonly memory: SharedMemory;
  readonly name: string;
  /** The thread that cannot reload. Absent: all can. */
  readonly failsIn?: number;
  /** The thread that does not get to an end with reloading until it is given up; its first word is 1 from then on. */
  readonly hang?: { readonly worker: number; readonly state: SharedArrayBuffer };
}

export function openExports(
  { memory, name }: TestData,
  { index }: WorkerContext,
): ReloadableSource<TestData> {
  const driver = sharedMemoryDriver(memory);
  let source = oneExport({ name, driver });
  return {
    open: (asked) => source.open(asked),
    async reload(next, { signal }) {
      if (next.hang?.worker === index) await givenUp(new Int32Array(next.hang.state), signal);
      if (next.failsIn === index) throw new Error(`thread ${index} has no file to open`);
      source = oneExport({ name: next.name, driver });
    },
  };
}

async function givenUp(state: Int32Array, signal: AbortSignal): Promise<void> {
  Atomics.store(state, 0, 1);
  if (!signal.aborted) await once(signal, 'abort');
  throw new Error('a disk is not open yet');
}
