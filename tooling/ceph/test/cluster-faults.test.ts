import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@nbd/client';
import { expect, it, onTestFinished } from 'vitest';
import { startCluster } from '../src/cluster.ts';
import { needGateway } from '../src/need-gateway.ts';
import { runNbd, startVolumeServer } from '../src/programs.ts';
import { StampedLoad } from '../src/stamped-load.ts';

/** Each writes to most of the placement groups that the disks share. */
const ROUNDS = 3;
const BLOCKS = 256;
const SEED = 20_261_128;
const VOLUME = 's3://nbd/faults/disk';

// Where there is no Ceph at all, there are no three disks of it either.
needGateway();

/** Goes on while `fault` is there, and tells what it cost. */
async function endure(load: StampedLoad, client: Client, fault: string): Promise<void> {
  load.longestMillis = 0;
  for (let round = 0; round < ROUNDS; round++) await load.round(client);
  console.info(
    `${fault}: the longest of ${ROUNDS} flushes took ${Math.round(load.longestMillis)} ms`,
  );
}

it('loses nothing and fails nothing while disks, a network and a gateway of the cluster go', async () => {
  const above = await mkdtemp(join(tmpdir(), 'nbd-faults-'));
  onTestFinished(() => rm(above, { recursive: true }));
  const cluster = await startCluster({
    folder: join(above, 'cluster'),
    disks: 3,
    store: 'bluestore',
    gateways: 2,
    hasNetworks: true,
  });
  onTestFinished(() => cluster.stop());
  const { access } = cluster;
  const load = new StampedLoad(BLOCKS, SEED);
  await runNbd(access, 'volume', 'create', '--size', String(load.size), VOLUME);
  const first = await startVolumeServer(access, { disk: VOLUME });
  onTestFinished(async () => {
    await first.end('SIGKILL');
  });
  const client = await connect(first.uri('disk'));

  await endure(load, client, 'without a fault');
  await cluster.setDiskNetwork(2, 'down');
  await endure(load, client, 'a disk cut off without a word');
  await cluster.setDiskNetwork(2, 'up');
  await cluster.untilDisksUp();
  await endure(load, client, 'the disk back again');
  await cluster.killDisk(1);
  await endure(load, client, 'a disk killed');
  await cluster.killGateway(0);
  await endure(load, client, 'and a gateway killed');

  await first.end('SIGKILL');
  await runNbd(access, 'volume', 'takeover', VOLUME);
  const second = await startVolumeServer(access, { disk: VOLUME });
  onTestFinished(async () => {
    await second.end('SIGKILL');
  });
  const reader = await connect(second.uri('disk'));
  expect(await load.faults(reader)).toEqual([]);
  await reader.close();
  await second.end('SIGTERM');
  await runNbd(access, 'volume', 'check', VOLUME);
}, 240_000);
