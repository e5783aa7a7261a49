/** The form of a source file: named exports, erasable syntax, telling names, a size that can be read. */
import { basename } from 'node:path/posix';
import { blankSource } from './read-imports.ts';
import type { Tree } from './tree.ts';
import { workspacePackages, type SourceFile } from './workspace-package.ts';

const LINES_MAX = 300;

/** Names that say nothing of what is inside. */
const VAGUE_NAME = /^(?:utils?|types?|helpers?|commons?|constants?|misc|shared)$/;

const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/(?<![.\w$#])export\s+default\b/g, 'a default export'],
  [/\bas\s+default\b/g, 'a default export'],
  [/(?<![.\w$#])export\s+(?:type\s+)?\*/g, 'export *'],
  [/(?<![.\w$#])enum\s+[\w$]+\s*\{/g, 'an enum'],
  [/(?<![.\w$#])(?:namespace|module)\s+[\w$.]+\s*\{/g, 'a namespace'],
];

/** Exports and syntax that the house does not use, in sources and tests. */
export function checkSyntax(tree: Tree): readonly string[] {
  return allFiles(tree).flatMap(({ path, text }) => {
    const code = blankSource(text);
    return FORBIDDEN.flatMap(([pattern, what]) =>
      [...code.matchAll(pattern)].map(
        (match) => `${path}:${code.slice(0, match.index).split('\n').length}: ${what}`,
      ),
    );
  });
}

/** Files, and folders of files, whose name could hold anything. */
export function checkNames(tree: Tree): readonly string[] {
  return allFiles(tree).flatMap(({ path, pathInPackage }) => {
    const stem = basename(path).replace(/\..*$/, '');
    const vague = [...pathInPackage.split('/').slice(1, -1), stem].find((name) =>
      VAGUE_NAME.test(name),
    );
    return vague === undefined ? [] : [`${path}: "${vague}" does not say what is inside`];
  });
}

/** Files, of tests too, that are too long to be about one thing. */
export function checkLengths(tree: Tree): readonly string[] {
  return allFiles(tree).flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines <= LINES_MAX ? [] : [`${path}: ${lines} lines, expected at most ${LINES_MAX}`];
  });
}

function allFiles(tree: Tree): readonly SourceFile[] {
  return workspacePackages(tree).flatMap(({ files }) => files);
}
