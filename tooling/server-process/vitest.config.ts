import { project } from '../vitest/config.mjs';

export default project('@nbd-tooling/server-process', { testTimeout: 60_000 });
