import { project } from '../../tooling/vitest/config.mjs';

// One test starts the program and a browser, on machines that may be busy.
export default project('virtual-media', { testTimeout: 60_000 });
