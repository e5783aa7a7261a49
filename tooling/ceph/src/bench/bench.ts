/** The bench: a cluster, the contenders with their volumes, the rounds, the count of requests, the report. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../cluster.ts';
import type { GatewayAccess } from '../gateway-access.ts';
import { describeMachine } from './bench-machine.ts';
import { type BenchReport, formatReport } from './bench-report.ts';
import { COLUMNS } from './columns.ts';
import { type Contender, FILLED_BYTES } from './contender.ts';
import { findContenders, type Maker } from './contenders.ts';
import { type Disk, withDisk } from './disk.ts';
import { inFlight } from './in-flight.ts';
import { patternAt } from './pattern.ts';
import { countRequests, type RequestCount } from './request-counts.ts';
import { type Run, runRounds } from './rounds.ts';

export interface BenchOptions {
  /** At most `ROUNDS_MAX`. */
  readonly rounds: number;
  /** For each load. */
  readonly millisMax: number;
  /** Bytes: of our volume and of the raw client's objects. */
  readonly chunkBytes: number;
  /** Only these; absent: all that can run here. */
  readonly names?: readonly string[];
  /** Where the report goes, besides the standard output: Markdown, and all of it as JSON. */
  readonly markdown?: string;
  readonly json?: string;
  /** Aborted: what was measured up to then is told. */
  readonly signal: AbortSignal;
}

export async function runBench(options: BenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-bench-'));
  const clusterFolder = join(folder, 'cluster');
  let cluster: Cluster | undefined;
  try {
    const shape = { disks: 3, store: 'bluestore', gateways: 1, hasNetworks: false } as const;
    cluster = await startCluster({ folder: clusterFolder, ...shape }, options.signal);
    const report = await measure(cluster.access, options, { clusterFolder, folder });
    const text = formatReport(report);
    process.stdout.write(text);
    if (options.markdown !== undefined) await writeFile(options.markdown, text);
    if (options.json !== undefined) await writeFile(options.json, JSON.stringify(report, null, 2));
  } finally {
    await cluster?.stop();
    await rm(folder, { recursive: true });
  }
}

async function measure(
  access: GatewayAccess,
  { rounds, millisMax, chunkBytes, names, signal }: BenchOptions,
  folders: { readonly clusterFolder: string; readonly folder: string },
): Promise<BenchReport> {
  const { makers, missing } = findContenders({ ...folders, chunkBytes });
  const lacks: Record<string, string> = { ...missing };
  const failed = (name: string, { message }: Error): void => {
    lacks[name] = message;
  };
  const ready: { readonly maker: Maker; readonly contender: Contender }[] = [];
  for (const maker of makers) {
    const contender = maker.make(access);
    if (names?.includes(contender.name) === false) continue;
    await prepare(contender).then(
      () => ready.push({ maker, contender }),
      (error: Error) => failed(contender.name, error),
    );
  }
  const contenders = ready.map(({ contender }) => contender);
  const machine = await describeMachine();
  const runs = await runRounds({ contenders, rounds, millisMax, now, told, failed, signal });
  const requestCounts: RequestCount[] = [];
  for (const { maker, contender } of ready) {
    if (!maker.isCounted || contender.name in lacks || signal.aborted) continue;
    const { make } = maker;
    const where = { access, make, columns: COLUMNS, round: rounds, millisMax, now };
    requestCounts.push(...(await countRequests(where)));
  }
  const described = contenders.map(({ name, setup, isDurable }) => ({ name, setup, isDurable }));
  return { machine, contenders: described, missing: lacks, rounds, runs, requestCounts };
}

function now(): number {
  return performance.now();
}

function told({ round, contender, column, figure }: Run): void {
  process.stderr.write(`round ${round + 1}, ${contender}, ${column}: ${figure.toFixed(1)}\n`);
}

async function prepare(contender: Contender): Promise<void> {
  process.stderr.write(`${contender.name}: fills its volume\n`);
  await contender.create();
  if (contender.fill === undefined) {
    await withDisk(contender, (disk) => fill(disk, contender.inOrder));
  } else {
    await contender.fill();
  }
}

async function fill(disk: Disk, { bytes, depth }: Contender['inOrder']): Promise<void> {
  let next = 0;
  await inFlight(depth, () => {
    if (next === FILLED_BYTES) return undefined;
    const offset = next;
    next += bytes;
    return disk.write(patternAt(offset, bytes), offset);
  });
  await disk.flush();
}
