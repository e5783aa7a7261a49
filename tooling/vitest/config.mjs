import { defineConfig } from 'vitest/config';
import { defaultServerConditions } from 'vite';

/** Shared project config: workspace packages resolve to their TypeScript sources. */
export function project(name, test = {}) {
  const conditions = ['@nbd/source', ...defaultServerConditions];
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
