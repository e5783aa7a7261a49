/** `pnpm ceph`: a cluster to try things with, and shows of what a volume endures. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runBench } from './bench/bench.ts';
import { type ClusterOptions, startCluster, stopCluster } from './cluster.ts';
import type { GatewayAccess } from './gateway-access.ts';
import { lackOfFio } from './fio.ts';
import { HELP, type Invocation, parseInvocation } from './invocation.ts';
import { lackOfCeph } from './lack-of-ceph.ts';
import { s3Environment } from './programs.ts';
import { showCrashes } from './shows/crash-show.ts';
import { showFaults } from './shows/faults-show.ts';
import { showOpening } from './shows/open-show.ts';
import { isInOrder, reportText, type ShowReport } from './shows/show-report.ts';
import { showTakeovers } from './shows/takeover-show.ts';
import { IN_MEMORY, THREE_DISKS, withCluster } from './shows/with-cluster.ts';

/** An end in good order: what was done up to then is told, and the cluster is ended. */
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());

process.exitCode = await perform(parseInvocation(process.argv.slice(2)));

/** Answers the exit code. */
async function perform(invocation: Invocation): Promise<number> {
  if (invocation.kind === 'help') {
    process.stderr.write(HELP);
    return 2;
  }
  const lack = lackOfCeph();
  if (lack !== undefined) throw new Error(lack);
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
      return withCluster(IN_MEMORY, async ({ access }) => {
        const options = { access, ...invocation, signal };
        // The control first: it is quick, and without it the rest says little.
        const control = tell(await show({ ...options, losesFlushes: true }));
        const sound = tell(await show({ ...options, losesFlushes: false }));
        return Math.max(sound, control);
      });
    }
    case 'faults': {
      const missing = await lackOfFio();
      if (missing !== undefined) throw new Error(missing);
      return withCluster(THREE_DISKS, async (cluster) =>
        tell(await showFaults(cluster, invocation)),
      );
    }
    case 'bench':
      await runBench({ ...invocation, signal: stopping.signal });
      return 0;
    case 'open':
      return withCluster(IN_MEMORY, async ({ access }) =>
        tell(await showOpening({ access, ...invocation })),
      );
  }
}

async function up(options: ClusterOptions): Promise<void> {
  const { access } = await startCluster(options);
  const script = shellLines(access);
  await writeFile(join(options.folder, 's3.env'), script);
  process.stdout.write(script);
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
