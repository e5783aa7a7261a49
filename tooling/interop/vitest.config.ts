import { project } from '../../tooling/vitest/config.mjs';

export default project('@nbd-tooling/interop', { testTimeout: 60_000 });
