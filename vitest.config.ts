import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Most tests wait for processes and sockets, so each processor can have one file: Vitest would leave one to itself.
    maxWorkers: availableParallelism(),
    projects: ['packages/*', 'apps/*', 'tooling/*/vitest.config.ts'],
    reporters: ['default', './tooling/vitest/plain-line-reporter.mjs'],
  },
});
