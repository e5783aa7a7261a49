/** Bundles a module and all that it imports for a browser, as an application's build would. */
import { gzipSync } from 'node:zlib';
import { builtinModules } from 'node:module';
import { build, defaultClientConditions, type Plugin } from 'vite';

/** Vite gives a page an empty module for one of Node's, which fails only when it is used. This fails at once. */
const refuseNode: Plugin = {
  name: 'refuse-node',
  enforce: 'pre',
  resolveId(source, importer) {
    if (source.startsWith('node:') || builtinModules.includes(source)) {
      throw new Error(`${importer ?? 'the entry'} imports ${source}, which no browser has`);
    }
  },
};

/** Answers one minified ES module that exports what the module at `entry`, a path, exports. */
export async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [refuseNode],
    resolve: { conditions: ['@nbd/source', ...defaultClientConditions] },
    build: {
      write: false,
      target: 'es2023',
      minify: true,
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
      },
    },
  });
  const outputs = [result].flat().flatMap((each) => ('output' in each ? each.output : []));
  const [chunk, ...rest] = outputs;
  if (chunk?.type !== 'chunk' || rest.length > 0) {
    throw new Error(`expected one chunk, found ${outputs.map((each) => each.fileName).join(', ')}`);
  }
  return chunk.code;
}

/** The bytes that a server sends for `code`. */
export function gzippedBytes(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}
