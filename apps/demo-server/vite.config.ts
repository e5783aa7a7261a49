/** Few files for all that the program needs: loading three hundred small ones takes time and 5 MiB of memory. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The entries of threads stand beside what starts them. */
const WORKER_THREAD = new URL(
  'dist/workers/worker-thread.js',
  import.meta.resolve('@nbd/server/package.json'),
);

export default defineConfig({
  ssr: {
    noExternal: true,
    // They have native parts, or find files of their own beside them, or are large and seldom needed.
    external: [
      '@nbd/driver-file',
      '@nbd/driver-object-store',
      '@nbd/object-store-s3',
      'pino',
      'pino-pretty',
    ],
  },
  build: {
    ssr: true,
    target: 'node20',
    sourcemap: true,
    rollupOptions: {
      input: ['src/main.ts', 'src/serving/thread-disks.ts', fileURLToPath(WORKER_THREAD)],
      output: { chunkFileNames: '[name].js' },
    },
  },
});
