import { project } from '../vitest/config.mjs';

// A whole machine boots in software, on machines that may be busy.
export default project('@nbd-tooling/guest', { testTimeout: 30_000, hookTimeout: 900_000 });
