/** Links of Markdown pages that stay in the repository: each leads to a file or folder, and to a heading of it. */
import { dirname, join, normalize } from 'node:path/posix';
import type { Tree } from './tree.ts';

/** What is fenced or in backticks is shown, and no link. */
const SHOWN = /^(?<fence>`{3,})[\s\S]*?^\k<fence>`*$|`[^`\n]*`/gm;
const LINK = /\]\((?<inline>[^)\s]+)[^)]*\)|\b(?:src|href)="(?<attribute>[^"]+)"/g;
/** `https:` and the like lead elsewhere. */
const ELSEWHERE = /^[a-z][a-z0-9+.-]*:/i;

/** Links that lead nowhere. `isThere` is asked of paths that are no text files of the tree: folders and pictures. */
export function checkLinks(tree: Tree, isThere: (path: string) => boolean): readonly string[] {
  return [...tree].flatMap(([page, text]) =>
    page.endsWith('.md')
      ? linksOf(text)
          .filter((link) => !leadsSomewhere(tree, isThere, page, link))
          .map((link) => `${page}: ${link} leads nowhere`)
      : [],
  );
}

function linksOf(text: string): readonly string[] {
  return Array.from(
    withoutShown(text).matchAll(LINK),
    ({ groups }) => groups?.['inline'] ?? groups?.['attribute'] ?? '',
  ).filter((link) => !ELSEWHERE.test(link));
}

/** The text of a link may be in backticks, so something is left of it. */
function withoutShown(text: string): string {
  return text.replaceAll(SHOWN, (shown) => (shown.startsWith('```') ? '' : 'shown'));
}

function leadsSomewhere(
  tree: Tree,
  isThere: (path: string) => boolean,
  page: string,
  link: string,
): boolean {
  const [path = '', heading] = link.split('#', 2);
  const target = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (heading === undefined) return tree.has(target) || isThere(target);
  return headingsOf(tree.get(target) ?? '').has(heading);
}

/** By the names that hosts of repositories give them in addresses. */
function headingsOf(text: string): ReadonlySet<string> {
  const headings = text.matchAll(/^#{1,6} +(?<words>.*)$/gm);
  return new Set(
    Array.from(headings, ({ groups }) =>
      (groups?.['words'] ?? '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}
