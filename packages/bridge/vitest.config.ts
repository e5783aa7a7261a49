import { project } from '../../tooling/vitest/config.mjs';

export default project('@nbd/bridge', { testTimeout: 30_000 });
