/** What the tests of codec and session, not the layers themselves, read from the disk: a few files, put into the bundle. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const PACKAGES = new URL('../../../packages/', import.meta.url);
const VECTORS = 'codec/test/vectors/';
const OTHERS = ['session/README.md', 'session/src/server/event.ts'];

const NAME = 'node:fs';
const RESOLVED = '\0files-for-tests';

/** Gives browsers a `node:fs` that has the golden vectors, its one folder, and the other files by their names. */
export function filesForTests(): Plugin {
  return {
    name: 'files-for-tests',
    enforce: 'pre',
    resolveId: (source) => (source === NAME ? RESOLVED : undefined),
    load: (id) => (id === RESOLVED ? moduleText() : undefined),
  };
}

function moduleText(): string {
  const vectors = readdirSync(new URL(VECTORS, PACKAGES));
  const paths = [...vectors.map((name) => `${VECTORS}${name}`), ...OTHERS];
  const files = paths.map((path) => [
    path.replace(/.*\//, ''),
    readFileSync(new URL(path, PACKAGES), 'utf8'),
  ]);
  return `
const files = new Map(${JSON.stringify(files)});
export function readFileSync({ pathname }) {
  const text = files.get(pathname.replace(/.*\\//, ''));
  if (text === undefined) throw new Error('expected one of the files for tests, found ' + pathname);
  return text;
}
export function readdirSync() {
  return ${JSON.stringify(vectors)};
}`;
}
