import { project } from '../vitest/config.mjs';

export default project('@nbd-tooling/reliability', { testTimeout: 60_000 });
