import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import ProgramsFirstSequencer from './tooling/vitest/programs-first-sequencer.mjs';

export default defineConfig({
  test: {
    // Most tests wait for processes and sockets, so each processor can have one file: Vitest would leave one to itself.
    maxWorkers: availableParallelism(),
    projects: ['packages/*', 'apps/*', 'tooling/*/vitest.config.ts'],
    sequence: { sequencer: ProgramsFirstSequencer },
    reporters: ['default', './tooling/vitest/plain-line-reporter.mjs'],
  },
});
