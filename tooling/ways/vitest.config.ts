import { project } from '../../tooling/vitest/config.mjs';

export default project('@nbd-tooling/ways', { testTimeout: 60_000 });
