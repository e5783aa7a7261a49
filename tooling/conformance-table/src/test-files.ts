/** The test files of the repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** From a path relative to the root, with forward slashes, to the text of the file. */
export type TestFiles = ReadonlyMap<string, string>;

/** The tests of this package name rules as examples only. */
const OWN = 'tooling/conformance-table';

/** Reads every `*.test.ts` in `src` and `test` of every package, app and tool below `root`. */
export function readTestFiles(root: string): TestFiles {
  const folders = ['packages', 'apps', 'tooling']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .flatMap((folder) => (folder === OWN ? [] : [`${folder}/src`, `${folder}/test`]))
    .filter((folder) => existsSync(join(root, folder)));
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => `${folder}/${path.replaceAll('\\', '/')}`),
  );
  return new Map(paths.toSorted().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
