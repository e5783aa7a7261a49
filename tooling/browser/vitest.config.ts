import { project } from '../vitest/config.mjs';

export default project('@nbd-tooling/browser', { testTimeout: 30_000 });
