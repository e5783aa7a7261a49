/** The files of the repository, as text in memory, so that a check can be fed a planted tree too. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** From a path relative to the root, with forward slashes, to the text of the file. */
export type Tree = ReadonlyMap<string, string>;

const NEVER_PART_OF_THE_REPOSITORY = new Set([
  '.git',
  '.turbo',
  'coverage',
  'dist',
  'node_modules',
]);

/**
 * Reads every text file below `root` that git tracks or would track; without git, every one that is
 * not in a folder of built or installed things.
 */
export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  for (const path of listedByGit(root) ?? walked(root, root)) {
    const absolute = join(root, path);
    if (!existsSync(absolute)) continue;
    const bytes = readFileSync(absolute);
    if (!bytes.includes(0)) tree.set(path, bytes.toString('utf8'));
  }
  return tree;
}

function listedByGit(root: string): readonly string[] | undefined {
  if (!existsSync(join(root, '.git'))) return undefined;
  try {
    const list = execFileSync(
      'git',
      ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    return list.split('\0').filter((path) => path !== '');
  } catch {
    return undefined; // no git on this machine, or a folder that it refuses to read
  }
}

function walked(root: string, folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NEVER_PART_OF_THE_REPOSITORY.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walked(root, path);
    return entry.isFile() ? [relative(root, path).replaceAll('\\', '/')] : [];
  });
}
