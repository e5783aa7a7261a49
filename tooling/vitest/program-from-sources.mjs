/**
 * Global setup of programs whose tests start them: bundles `src/main.ts` of the project, from the sources of this
 * repository, into a folder of the run, and provides its path as `program`. To load the hundreds of modules one by one,
 * each transpiled on the way, would take most of the time of each test.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { conditions } from './config.mjs';

/** What starts a thread says so: the entry is beside it, in the language that it is in itself. */
const THREAD_ENTRY = /new URL\(`([\w-]+)\$\{extname\(import\.meta\.url\)\}`, import\.meta\.url\)/g;

/** What a module finds by where it is, and what is not in the bundle. */
const BY_PLACE = /(createRequire\(|new URL\('\.\.\/[^']*', )import\.meta\.url/g;

/** Called by vitest once; what it answers is called at the end. */
export async function setup(project) {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-program-'));
  const remove = () => rm(folder, { recursive: true });
  const bundle = () => bundleProgram(project.config.root, folder);
  try {
    await bundle();
  } catch (error) {
    await remove();
    throw error;
  }
  project.onTestsRerun(bundle);
  project.provide('program', join(folder, 'main.js'));
  return remove;
}

async function bundleProgram(root, outDir) {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [placesOfSources],
    // Node goes by `main`, and knows nothing of `module`.
    ssr: { noExternal: true, resolve: { conditions, mainFields: ['main'] } },
    build: {
      ssr: 'src/main.ts',
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rollupOptions: { output: { chunkFileNames: '[name].js' } },
    },
  });
}

/** Packages of others stay where they are, and the bundle finds all that the sources find. */
const placesOfSources = {
  name: 'places-of-sources',
  enforce: 'pre',
  async resolveId(source, importer) {
    const isOurs = /^[./]|^@nbd\//.test(source);
    if (importer === undefined || isOurs || isBuiltin(source)) return undefined;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found && { id: pathToFileURL(found.id).href, external: true };
  },
  transform(code, id) {
    for (const [, name] of code.matchAll(THREAD_ENTRY)) {
      this.emitFile({
        type: 'chunk',
        id: join(dirname(id), `${name}.ts`),
        fileName: `${name}.js`,
      });
    }
    return code.replaceAll(BY_PLACE, `$1${JSON.stringify(pathToFileURL(id).href)}`);
  },
};
