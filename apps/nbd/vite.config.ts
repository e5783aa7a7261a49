/** One file for all that every call needs: loading two hundred small ones takes longer than most calls. */
import { defineConfig } from 'vite';

export default defineConfig({
  ssr: {
    noExternal: true,
    // It has native parts, and only a copy from or to a file needs it; volumes need the others, which are large.
    external: ['@nbd/driver-file', '@nbd/driver-object-store', '@nbd/object-store-s3'],
  },
  build: {
    ssr: 'src/main.ts',
    target: 'node20',
    sourcemap: true,
  },
});
