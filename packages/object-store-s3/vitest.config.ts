import { project } from '../../tooling/vitest/config.mjs';

export default project('@nbd/object-store-s3', { testTimeout: 20_000 });
