/**
 * Disks of a cluster are killed and cut off while fio writes, flushes and verifies: it must see no error, and nothing may
 * be lost. Then two disks of three: writes must fail, not seem to succeed, and all must go on when they are back.
 */
import { type Client, connect } from '@nbd/client';
import type { Cluster } from '../cluster.ts';
import { verifyWithFio } from '../fio.ts';
import { StampedLoad } from '../stamped-load.ts';
import type { ShowReport } from './show-report.ts';
import { makeShowVolume, type ShowVolume } from './show-volume.ts';

export interface FaultsOptions {
  readonly seed: number;
}

const VOLUME_BYTES = 64 * 2 ** 20;
const BLOCKS = 256;

/** What fio has before the first fault, between two, and behind the last: rounds of the load beside it. */
const ROUNDS = 12;

/** Longer than all phases together on a machine that is busy. */
const FIO_SECONDS = 75;

/** `cluster` has three disks, of which two copies must be written, in networks of their own. */
export async function showFaults(cluster: Cluster, { seed }: FaultsOptions): Promise<ShowReport> {
  const { access } = cluster;
  const load = new StampedLoad(BLOCKS, seed);
  const fioVolume = await makeShowVolume({ access, size: VOLUME_BYTES, losesFlushes: false });
  const loadVolume = await makeShowVolume({ access, size: load.size, losesFlushes: false });
  const figures: Record<string, string> = {};
  const faults: string[] = [];
  try {
    const fioServer = await fioVolume.serve();
    const verifying = verifyWithFio(fioServer.uri(fioVolume.exportName), {
      seconds: FIO_SECONDS,
      seed,
    });
    // It is awaited below; that it fails before must not end the program.
    verifying.catch(() => {});
    const server = await loadVolume.serve();
    const client = await connect(server.uri(loadVolume.exportName));
    const endure = async (name: string): Promise<void> => {
      figures[name] = `the longest of ${ROUNDS} flushes took ${await longestOf(load, client)} ms`;
    };
    await endure('no fault');
    await cluster.setDiskNetwork(2, 'down');
    await endure('disk cut off');
    await cluster.setDiskNetwork(2, 'up');
    await cluster.untilDisksUp();
    await cluster.killDisk(1);
    await endure('disk killed');
    await cluster.startDisk(1);
    await cluster.untilDisksUp();
    await endure('all disks back');
    const { writes, reads, error, longestWrite, longestFlush } = await verifying;
    figures['fio'] = `${writes} writes of 16 KiB, ${reads} verified with crc32c, error ${error}`;
    figures['stalls of fio'] =
      `longest write ${Math.round(longestWrite)} ms, longest flush ${Math.round(longestFlush)} ms`;
    if (error !== 0) faults.push(`fio: error ${error}`);
    const lost = await twoOfThree(cluster, load, client, figures);
    faults.push(...lost, ...(await afterCrash(loadVolume, load)));
  } finally {
    await Promise.all([fioVolume.close(), loadVolume.close()]);
  }
  return { title: 'faults, a cluster of three disks', figures, faults, isControl: false };
}

async function longestOf(load: StampedLoad, client: Client): Promise<number> {
  load.longestMillis = 0;
  for (let round = 0; round < ROUNDS; round++) await load.round(client);
  return Math.round(load.longestMillis);
}

/** Too few disks to write: a flush that is answered then is a lie. */
async function twoOfThree(
  cluster: Cluster,
  load: StampedLoad,
  client: Client,
  figures: Record<string, string>,
): Promise<readonly string[]> {
  await cluster.killDisk(0);
  await cluster.killDisk(1);
  const start = performance.now();
  const failure = await load.round(client).then(
    () => undefined,
    (error: unknown) => error as { readonly code?: string; readonly message: string },
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  await cluster.startDisk(0);
  await cluster.startDisk(1);
  await cluster.untilDisksUp();
  if (failure === undefined) return ['a flush was answered with one disk of three'];
  figures['two of three down'] = `after ${seconds} s: ${failure.message}`;
  const back = performance.now();
  await load.round(client);
  figures['and back'] = `the next flush took ${Math.round(performance.now() - back)} ms`;
  return [];
}

/** Whatever was answered must be there for another server. */
async function afterCrash(volume: ShowVolume, load: StampedLoad): Promise<readonly string[]> {
  await volume.takeOver();
  const server = await volume.serve();
  const reader = await connect(server.uri(volume.exportName));
  const lost = await load.faults(reader);
  await reader.close();
  return lost;
}
