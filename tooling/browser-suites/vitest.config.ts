import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { filesForTests } from './src/files-for-tests.ts';

const EXECUTABLE = '/usr/bin/chromium';
const isExpected = existsSync(EXECUTABLE) || process.env['CI'] !== undefined;
if (!isExpected) console.warn('skipped: there is no Chromium on this machine, and this is not CI');

/** The suites of the layers that promise to run in any engine, as they are, in a browser. */
export default defineConfig({
  root: fileURLToPath(new URL('../../', import.meta.url)),
  cacheDir: 'node_modules/.vite/browser-suites',
  plugins: [filesForTests()],
  resolve: { conditions: ['@nbd/source', ...defaultClientConditions] },
  optimizeDeps: { include: ['fast-check', 'buffer'] },
  test: {
    name: '@nbd-tooling/browser-suites',
    dir: fileURLToPath(new URL('../../packages/', import.meta.url)),
    include: isExpected ? ['{codec,session}/{src,test}/**/*.test.ts'] : [],
    // It starts programs of Node's.
    exclude: ['codec/test/readme.test.ts'],
    setupFiles: [fileURLToPath(new URL('src/globals-for-tests.ts', import.meta.url))],
    isolate: false,
    sequence: { groupOrder: 1 },
    testTimeout: 30_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      api: { host: '127.0.0.1' },
      provider: playwright({
        launchOptions: {
          executablePath: EXECUTABLE,
          args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
