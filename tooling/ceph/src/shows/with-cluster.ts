import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, type ClusterOptions, startCluster } from '../cluster.ts';

/** What a cluster is, wherever it lies. */
export type ClusterShape = Omit<ClusterOptions, 'folder'>;

/**
 * Runs `use` with a cluster of its own, which is ended behind it, whatever it comes to. `signal` gives up one that is being
 * started; `use` is to see to it from then on.
 */
export async function withCluster<Result>(
  shape: ClusterShape,
  use: (cluster: Cluster) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const above = await mkdtemp(join(tmpdir(), 'nbd-ceph-'));
  try {
    const cluster = await startCluster({ folder: join(above, 'cluster'), ...shape }, signal);
    try {
      return await use(cluster);
    } finally {
      await cluster.stop();
    }
  } finally {
    await rm(above, { recursive: true });
  }
}

/** One disk in memory: enough where it is not the cluster that fails. */
export const IN_MEMORY: ClusterShape = {
  disks: 1,
  store: 'memstore',
  gateways: 1,
  hasNetworks: false,
};

/** Three disks that keep what they have, and can be killed and cut off. */
export const THREE_DISKS: ClusterShape = {
  disks: 3,
  store: 'bluestore',
  gateways: 2,
  hasNetworks: true,
};
