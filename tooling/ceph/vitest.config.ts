import { project } from '../vitest/config.mjs';

export default project('@nbd-tooling/ceph', {
  globalSetup: './src/shared-cluster.ts',
  testTimeout: 60_000,
});
