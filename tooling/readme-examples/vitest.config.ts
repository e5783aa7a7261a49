import { project } from '../vitest/config.mjs';

export default project('@nbd-tooling/readme-examples', { testTimeout: 30_000 });
