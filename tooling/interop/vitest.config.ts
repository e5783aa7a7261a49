import { project } from '../vitest/config.mjs';

export default project('@nbd-tooling/interop', { testTimeout: 60_000 });
