import { project } from '../../tooling/vitest/config.mjs';

export default project('@nbd/driver-object-store');
