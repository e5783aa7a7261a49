import { project } from '../vitest/config.mjs';

export default project('@nbd-tooling/ways', { testTimeout: 60_000 });
