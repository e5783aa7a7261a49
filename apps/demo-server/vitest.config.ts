import { project } from '../../tooling/vitest/config.mjs';

// Each test of the program starts a process or three, on machines that may be busy.
export default project('demo-server', {
  testTimeout: 30_000,
  globalSetup: '../../tooling/vitest/program-from-sources.mjs',
});
