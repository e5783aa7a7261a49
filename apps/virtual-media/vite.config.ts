/** Two builds: the program, and with `--mode page` the page that it serves, beside it. */
import { defaultClientConditions, defaultServerConditions, defineConfig } from 'vite';

/** The packages of this repository as they are, so that nothing has to be built before. */
const OURS = '@nbd/source';

export default defineConfig(({ mode }) =>
  mode === 'page'
    ? {
        root: 'src/page',
        resolve: { conditions: [OURS, ...defaultClientConditions] },
        worker: { format: 'es' },
        build: { outDir: '../../dist/page', emptyOutDir: true, target: 'es2023' },
      }
    : {
        ssr: { noExternal: true, resolve: { conditions: [OURS, ...defaultServerConditions] } },
        build: { ssr: 'src/main.ts', target: 'node20', sourcemap: true },
      },
);
