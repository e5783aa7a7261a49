import { project } from '../../tooling/vitest/config.mjs';

export default project('@nbd/server', {
  globalSetup: '../../tooling/vitest/threads-from-sources.mjs',
});
