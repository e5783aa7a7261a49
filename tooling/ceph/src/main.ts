/** `pnpm ceph`: a cluster to try things with, and shows of what a volume endures. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Help, runCommand, STANDARD_OUTPUT } from '@nbd-tooling/command-line';
import { runBench } from './bench/bench.ts';
import { type Cluster, type ClusterOptions, startCluster, stopCluster } from './cluster.ts';
import type { GatewayAccess } from './gateway-access.ts';
import { lackOfFio } from './fio.ts';
import { type Invocation, parseInvocation } from './invocation.ts';
import { lackOfCeph } from './lack-of-ceph.ts';
import { OperatorError } from './operator-error.ts';
import { s3Environment } from './programs.ts';
import { showCrashes } from './shows/crash-show.ts';
import { showFaults } from './shows/faults-show.ts';
import { showOpening } from './shows/open-show.ts';
import { isInOrder, reportText, type ShowReport } from './shows/show-report.ts';
import { Steps } from './shows/steps.ts';
import { showTakeovers } from './shows/takeover-show.ts';
import { IN_MEMORY, THREE_DISKS, withCluster } from './shows/with-cluster.ts';

/** Each GiB at the gateway takes seconds to make. */
const OPEN_SECONDS_MAX = 7200;

/** An end in good order: what was done up to then is told, and the cluster is ended. */
const stopping = new AbortController();
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => stopping.abort(new Error('interrupted')));
}

process.exitCode = await runCommand({
  name: 'ceph',
  parse: () => parseInvocation(process.argv.slice(2)),
  perform: (invocation) => perform(invocation).catch(tellFailure),
  output: STANDARD_OUTPUT,
});
// What an interrupted show has asked of a cluster that is gone would be asked for another minute.
if (stopping.signal.aborted) process.exit();

/** Answers the exit code. */
async function perform(invocation: Exclude<Invocation, Help>): Promise<number> {
  const lack = lackOfCeph();
  if (lack !== undefined) throw new OperatorError(lack);
  switch (invocation.kind) {
    case 'up':
      await up(invocation.cluster);
      return 0;
    case 'down':
      await stopCluster(invocation.cluster);
      return 0;
    case 'crash':
    case 'takeover': {
      const show = invocation.kind === 'crash' ? showCrashes : showTakeovers;
      const { signal } = stopping;
      return withCluster(
        IN_MEMORY,
        async ({ access }) => {
          const options = { access, ...invocation, signal };
          // The control first: it is quick, and without it the rest says little.
          const control = tell(await show({ ...options, losesFlushes: true }));
          const sound = tell(await show({ ...options, losesFlushes: false }));
          return Math.max(sound, control);
        },
        signal,
      );
    }
    case 'faults': {
      const missing = await lackOfFio();
      if (missing !== undefined) throw new OperatorError(missing);
      const { signal } = stopping;
      const options = { ...invocation, signal, tell: tellProgress };
      const show = async (cluster: Cluster) => tell(await showFaults(cluster, options));
      return withCluster(THREE_DISKS, show, signal);
    }
    case 'bench':
      await runBench({ ...invocation, signal: stopping.signal });
      return 0;
    case 'open': {
      const { signal } = stopping;
      const steps = new Steps(signal, tellProgress);
      const show = ({ access }: Cluster) =>
        steps.take('full volumes are made and opened', OPEN_SECONDS_MAX, async (whileTaken) =>
          tell(await showOpening({ access, ...invocation, signal: whileTaken })),
        );
      return withCluster(IN_MEMORY, show, signal);
    }
  }
}

async function up(options: ClusterOptions): Promise<void> {
  const { access } = await startCluster(options, stopping.signal);
  const script = shellLines(access);
  await writeFile(join(options.folder, 's3.env'), script);
  process.stdout.write(script);
}

/** What was interrupted is ended by then, and there is nothing else to tell. A bug shows its stack. */
function tellFailure(error: Error): number {
  if (!stopping.signal.aborted && !(error instanceof OperatorError)) throw error;
  process.stderr.write(`ceph: ${error.message}\n`);
  return 1;
}

/** What is done next, and how long after the start. */
function tellProgress(line: string): void {
  process.stderr.write(`${process.uptime().toFixed(0).padStart(4)} s  ${line}\n`);
}

function tell(report: ShowReport): number {
  process.stdout.write(reportText(report));
  return isInOrder(report) ? 0 : 1;
}

function shellLines(access: GatewayAccess): string {
  return Object.entries({ ...s3Environment(access), BUCKET: access.bucket })
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join('');
}
