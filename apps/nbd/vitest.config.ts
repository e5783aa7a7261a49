import { project } from '../../tooling/vitest/config.mjs';

// Some tests start the program in a process of its own, on machines that may be busy.
export default project('nbd', {
  testTimeout: 30_000,
  globalSetup: '../../tooling/vitest/program-from-sources.mjs',
});
