/** One cluster in memory for all tests of this package: started before them, ended behind them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startCluster } from './cluster.ts';
import type { GatewayAccess } from './gateway-access.ts';
import { lackOfCeph } from './lack-of-ceph.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined: this machine has no Ceph. */
    readonly cephAccess: GatewayAccess | undefined;
  }
}

/** Called by vitest once; what it answers is called at the end. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const lack = lackOfCeph();
  if (lack !== undefined) {
    // In CI each test fails by it: see `need-gateway.ts`.
    provide('cephAccess', undefined);
    return () => Promise.resolve();
  }
  const above = await mkdtemp(join(tmpdir(), 'nbd-ceph-'));
  const folder = join(above, 'cluster');
  const shape = { disks: 1, store: 'memstore', gateways: 1, hasNetworks: false } as const;
  try {
    const cluster = await startCluster({ folder, ...shape });
    provide('cephAccess', cluster.access);
    return async () => {
      await cluster.stop();
      await rm(above, { recursive: true });
    };
  } catch (error) {
    await rm(above, { recursive: true });
    throw error;
  }
}
