import { project } from '../vitest/config.mjs';

export default project('@nbd-tooling/bench', { testTimeout: 15_000 });
