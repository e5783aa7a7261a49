import { defineConfig } from 'vitest/config';
import { defaultServerConditions } from 'vite';

/** Shared project config: workspace packages resolve to their TypeScript sources. */
export function project(name, test = {}) {
  // Packages of others are loaded by Node, which does not know the files that they have for bundlers.
  const ofNode = defaultServerConditions.filter((condition) => condition !== 'module');
  const conditions = ['@nbd/source', ...ofNode];
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      name,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      environment: 'node',
      pool: 'forks',
      ...test,
    },
  });
}
