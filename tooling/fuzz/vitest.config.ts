import { project } from '../vitest/config.mjs';

export default project('@nbd-tooling/fuzz', { testTimeout: 60_000 });
