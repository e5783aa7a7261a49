import { project } from '../vitest/config.mjs';

// The guards count time on a processor, which other tests beside them would make dearer: it comes last, and alone.
export default project('@nbd-tooling/bench', {
  testTimeout: 15_000,
  maxWorkers: 1,
  sequence: { groupOrder: 2 },
});
