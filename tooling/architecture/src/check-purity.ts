/** What the pure packages must do without: Node's globals, and in the state machines time and waiting. */
import { LAYERS } from './layer-table.ts';
import { blankSource } from './read-imports.ts';
import type { Tree } from './tree.ts';
import { type Manifest, workspacePackages, type WorkspacePackage } from './workspace-package.ts';

/** Names that only Node puts into every module. */
const NODE_GLOBALS = [
  'Buffer',
  'process',
  'global',
  'globalThis',
  'require',
  '__dirname',
  '__filename',
  'setImmediate',
  'clearImmediate',
];

/** Names that browsers have too, and an engine alone has not. */
const WEB_GLOBALS = [
  'setTimeout',
  'setInterval',
  'clearTimeout',
  'clearInterval',
  'queueMicrotask',
  'performance',
  'console',
];

/** Words of waiting and of clocks: a state machine is told what happened and never waits. */
const WAITING = ['async', 'await', 'Promise', 'Date', 'setTimeout'];

const STATE_MACHINES = /^packages\/session\/src\/(?:server|client)\//;

/** Node's globals in packages that run in any engine, or in browsers. */
export function checkNodeGlobals(tree: Tree): readonly string[] {
  return nodelessPackages(tree).flatMap(({ manifest, files }) =>
    files
      .filter(({ isSource }) => isSource)
      .flatMap(({ path, text }) =>
        usesOf(isPure(manifest) ? [...NODE_GLOBALS, ...WEB_GLOBALS] : NODE_GLOBALS, text).map(
          (use) => `${path}:${use.line}: Node's ${use.word}`,
        ),
      ),
  );
}

/** Waiting or clocks in the state machines of the session. */
export function checkStateMachines(tree: Tree): readonly string[] {
  return workspacePackages(tree)
    .flatMap(({ files }) => files)
    .filter(({ path, isSource }) => isSource && STATE_MACHINES.test(path))
    .flatMap(({ path, text }) =>
      usesOf(WAITING, text).map((use) => `${path}:${use.line}: ${use.word} in a state machine`),
    );
}

/** A package without Node whose build would let Node's types in, or a pure one that would let a browser's in. */
export function checkPureBuilds(tree: Tree): readonly string[] {
  return nodelessPackages(tree).flatMap(({ folder, manifest }) => {
    const path = `${folder}/tsconfig.build.json`;
    const { compilerOptions = {} } = JSON.parse(tree.get(path) ?? '{}') as {
      compilerOptions?: { types?: readonly string[]; lib?: readonly string[] };
    };
    const faults: string[] = [];
    if (compilerOptions.types?.length !== 0) faults.push(`${path}: types must be []`);
    if (isPure(manifest) && compilerOptions.lib !== undefined)
      faults.push(`${path}: lib must be that of the base`);
    return faults;
  });
}

function nodelessPackages(tree: Tree): readonly WorkspacePackage[] {
  return workspacePackages(tree).filter(
    ({ manifest }) => isPure(manifest) || LAYERS[manifest.name]?.web === true,
  );
}

function isPure({ name }: Manifest): boolean {
  return LAYERS[name]?.pure === true;
}

interface Use {
  readonly word: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Uses of `words` as names of their own in the code of `text`: not as a property, member or key. */
function usesOf(words: readonly string[], text: string): readonly Use[] {
  const code = blankSource(text);
  const pattern = new RegExp(
    `(?<![\\w$#]|(?<!\\.\\.)\\.\\s*)(?:${words.join('|')})(?![\\w$]|\\s*\\??:)`,
    'g',
  );
  return [...code.matchAll(pattern)].map((match) => ({
    word: match[0],
    line: code.slice(0, match.index).split('\n').length,
  }));
}
