import { project } from '../vitest/config.mjs';

export default project('@nbd-tooling/command-line');
