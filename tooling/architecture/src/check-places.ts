/** Names of places that mean something on one machine or one network only. */
import type { Tree } from './tree.ts';

const REGISTRY_HOST =
  /\b(?:registry|npm|packages?|artifactory|nexus|verdaccio)\.(?:[a-z0-9-]+\.)*(?:com|org|net|io|dev|cn|internal|local)\b|\bnpmjs\.(?:com|org)\b|\bnpmmirror\b/gi;

/** The folders that hold people's and machines' own files. A URL's path has a host before it. */
const MACHINE_PATH = /(?<![\w./$}*)\]-])\/(?:work|root|farm|home)(?![\w-])/g;

/** Registry hosts and absolute machine paths in any text file of the repository. */
export function checkPlaces(tree: Tree): readonly string[] {
  return [...tree].flatMap(([path, text]) => {
    const hosts = mentions(text, REGISTRY_HOST);
    const paths = mentions(text, MACHINE_PATH);
    return hosts
      .map((what) => `${path}:${what}: the host of a registry`)
      .concat(paths.map((what) => `${path}:${what}: a path of one machine`));
  });
}

/** A lockfile that sends installers to a fixed host. */
export function checkLockfile(tree: Tree): readonly string[] {
  const lockfile = tree.get('pnpm-lock.yaml');
  if (lockfile === undefined) return ['pnpm-lock.yaml is missing'];
  return mentions(lockfile, /https?:\/\/\S+/g).map((what) => `pnpm-lock.yaml:${what}`);
}

function mentions(text: string, pattern: RegExp): readonly string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(pattern)].map((match) => `${index + 1}: ${match[0]}`),
    );
}
