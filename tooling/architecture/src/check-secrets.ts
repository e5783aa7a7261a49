/** Secrets are compared in constant time, in the files that are named here and nowhere else. */
import type { Tree } from './tree.ts';
import { workspacePackages } from './workspace-package.ts';

/**
 * The files that compare what a stranger has shown with what is right. Pre-shared keys are compared by TLS itself, which proves them without
 * telling them; for a name without a key it is given a key of nobody's.
 */
const COMPARERS: ReadonlySet<string> = new Set(['packages/bridge/src/same-token.ts']);

const CONSTANT_TIME = /\btimingSafeEqual\(/;

/** Two words, or a word and nothing, and between them what ends at the first difference. */
const COMPARISON = /([\w.#'"]+)\s*[=!]==\s*([\w.#'"]+)/g;
const SECRET = /(?:token|secret|password|psk|preSharedKey|signature)$/i;
const NOTHING = /^(?:undefined|null|''|"")$/;

/** Comparisons of secrets that end at the first difference, and files that should compare and do not. */
export function checkSecrets(tree: Tree): readonly string[] {
  const plain = workspacePackages(tree).flatMap(({ files }) =>
    files
      .filter(({ isSource }) => isSource)
      .flatMap(({ path, text }) =>
        text.split('\n').flatMap((line, index) => {
          const isFault =
            comparesSecret(line) || (CONSTANT_TIME.test(line) && !COMPARERS.has(path));
          return isFault ? [`${path}:${index + 1}: compares a secret: ${line.trim()}`] : [];
        }),
      ),
  );
  const idle = [...COMPARERS]
    .filter((path) => tree.has(path) && !CONSTANT_TIME.test(tree.get(path) ?? ''))
    .map((path) => `${path}: compares nothing in constant time`);
  return [...plain, ...idle];
}

/** To ask whether there is a secret tells nothing of it. */
function comparesSecret(line: string): boolean {
  return [...line.matchAll(COMPARISON)].some(
    ([, one = '', other = '']) =>
      (SECRET.test(one) && !NOTHING.test(other)) || (SECRET.test(other) && !NOTHING.test(one)),
  );
}
