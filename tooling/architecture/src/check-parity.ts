/**
 * `docs/seed-parity.md` names, for each known defect, a test that would have caught it. The table is
 * worth something only as long as those tests are there.
 */
import type { Tree } from './tree.ts';

const PAGE = 'docs/seed-parity.md';
/** Where files stand that the page names without their folder. */
const FOLDERS = ['packages/', 'apps/', ''];

/** What the page names and the tree does not have. */
export function checkParity(tree: Tree): string[] {
  const faults: string[] = [];
  for (const { file, names } of namedTests(tree.get(PAGE) ?? '')) {
    const source = FOLDERS.map((folder) => tree.get(folder + file)).find(
      (text) => text !== undefined,
    );
    if (source === undefined) faults.push(`${PAGE} names ${file}, which is not there`);
    for (const name of names) {
      if (source !== undefined && !source.includes(name)) {
        faults.push(`${PAGE} names a test "${name}", which ${file} does not have`);
      }
    }
  }
  return faults;
}

/** How many tests the page names: a page that is read wrongly has none. */
export function countNamedTests(tree: Tree): number {
  return namedTests(tree.get(PAGE) ?? '').reduce((sum, { names }) => sum + names.length, 0);
}

interface NamedTests {
  readonly file: string;
  readonly names: readonly string[];
}

function namedTests(page: string): NamedTests[] {
  return Array.from(
    page.matchAll(/`([\w/.-]+\.test\.ts)`: ("[^|]*)/g),
    ([, file = '', list = '']) => ({
      file,
      names: Array.from(list.matchAll(/"([^"]+)"/g), ([, name = '']) => name),
    }),
  );
}
