/**
 * Global setup of tests that start threads of `@nbd/server`: bundles the server, the entry of its threads and the modules
 * of `test/workers` that export disks, from the sources, into a folder of the run, and provides its path as `threads`. To
 * load their modules one by one in each thread, each transpiled on the way, would take most of the time of each test.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { build } from 'vite';
import { conditions } from './config.mjs';

/** Called by vitest once; what it answers is called at the end. */
export async function setup(project) {
  const outDir = await mkdtemp(join(tmpdir(), 'nbd-threads-'));
  const bundle = () => bundleThreads(project.config.root, outDir);
  await bundle();
  project.onTestsRerun(bundle);
  project.provide('threads', outDir);
  return () => rm(outDir, { recursive: true });
}

async function bundleThreads(root, outDir) {
  const names = await readdir(join(root, 'test/workers'));
  const exporting = names.filter((name) => /exports|disks/.test(name) && !/\.test\./.test(name));
  const modules = [
    'src/index.ts',
    'src/workers/worker-thread.ts',
    ...exporting.map((name) => `test/workers/${name}`),
  ];
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rollupOptions: {
        input: Object.fromEntries(modules.map((path) => [parse(path).name, join(root, path)])),
        // What starts a thread looks for its entry beside itself.
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
}
