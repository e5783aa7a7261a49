import { defineConfig } from 'vitest/config';
import { defaultServerConditions } from 'vite';

// Packages of others are loaded by Node, which does not know the files that they have for bundlers.
const ofNode = defaultServerConditions.filter((condition) => condition !== 'module');

/** By which workspace packages resolve to their TypeScript sources. */
export const conditions = ['@nbd/source', ...ofNode];

/** Shared project config. */
export function project(name, test = {}) {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      name,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      environment: 'node',
      pool: 'forks',
      // A process loads the modules of a project once, for all files that it runs: tests put back what they replace.
      isolate: false,
      // It ends what hangs, and nothing else: machines may be busy.
      testTimeout: 20_000,
      hookTimeout: 20_000,
      ...test,
    },
  });
}
