/**
 * One workload on all servers: A B C, B C A, ... so that each meets the same noise. Files are in the page cache when it begins.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { usageOf } from './servers/accounting.ts';
import { makeHot, sync } from './servers/data-files.ts';
import type { Served } from './servers/served.ts';
import { rotated } from './results/statistics.ts';
import type { Figures, RunSettings, Workload } from './workloads/workload.ts';

/** One run of one server. */
export interface Run extends Figures {
  /** Counted from 0. */
  readonly repetition: number;
  /** Of the server's tree of processes, during the run. */
  readonly cpuSeconds: number;
  readonly cpuMicrosPerOperation: number;
  /** Of the server's tree of processes, after the run. */
  readonly residentBytes: number;
}

/** The runs of one server, by repetition; those that failed are not there. */
export interface ServerRuns {
  readonly server: string;
  readonly runs: readonly Run[];
}

/** A server that forks counts a child's time once the child has ended and been waited for. */
const SETTLE_MILLIS = 30;

/** `complain` is told of each run that failed. */
export async function pairedRuns(
  workload: Workload,
  servers: readonly Served[],
  repeat: number,
  settings: RunSettings,
  complain: (served: Served, error: Error) => void,
): Promise<readonly ServerRuns[]> {
  const files = servers.filter(({ data }) => data === 'file').map(({ file }) => file);
  await makeHot(files, workload.scatters === true ? 'backwards' : 'in order');
  const results = new Map<string, Run[]>(servers.map(({ name }) => [name, []]));
  for (let repetition = 0; repetition < repeat; repetition++) {
    for (const served of rotated(servers, repetition)) {
      try {
        results
          .get(served.name)
          ?.push({ repetition, ...(await runOnce(workload, served, settings)) });
      } catch (error) {
        complain(served, error as Error);
      }
      if (workload.writes && served.data === 'file') await sync(served.file);
    }
  }
  return Array.from(results, ([server, runs]) => ({ server, runs }));
}

async function runOnce(
  workload: Workload,
  served: Served,
  settings: RunSettings,
): Promise<Omit<Run, 'repetition'>> {
  const before = usageOf(served.pid);
  const figures = await workload.run(served, settings);
  await sleep(SETTLE_MILLIS);
  const after = usageOf(served.pid);
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return {
    ...figures,
    cpuSeconds,
    cpuMicrosPerOperation: (cpuSeconds / figures.operations) * 1e6,
    residentBytes: after.residentBytes,
  };
}
