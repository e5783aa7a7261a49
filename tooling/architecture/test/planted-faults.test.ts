/** Every check is shown a repository that breaks its law: a check that finds nothing there is worth nothing. */
import { describe, expect, it } from 'vitest';
import { checkLengths, checkNames, checkSyntax } from '../src/check-form.ts';
import { checkCycles, checkImports, checkVocabularies } from '../src/check-imports.ts';
import { checkManifests, checkTableIsInhabited } from '../src/check-manifests.ts';
import { checkParity, countNamedTests } from '../src/check-parity.ts';
import { checkLockfile, checkPlaces } from '../src/check-places.ts';
import { checkNodeGlobals, checkPureBuilds, checkStateMachines } from '../src/check-purity.ts';
import type { Tree } from '../src/tree.ts';
import { plantedTree } from './planted-tree.ts';

type Check = (tree: Tree) => readonly string[];
type Files = Readonly<Record<string, string>>;

const CODEC = 'packages/codec/src/planted.ts';
const SESSION = 'packages/session/src';
/** In parts, for the check reads this file too. */
const REGISTRY = ['registry', 'example', 'org'].join('.');

function manifest(name: string, fields: object): string {
  return JSON.stringify({ name, ...fields });
}

const planted: readonly (readonly [fault: string, check: Check, files: Files, says: string])[] = [
  [
    'the codec depends on the driver',
    checkManifests,
    {
      'packages/codec/package.json': manifest('@nbd/codec', {
        dependencies: { '@nbd/driver': 'workspace:^' },
      }),
    },
    'packages/codec/package.json: @nbd/driver may not stand in dependencies',
  ],
  [
    'the server depends on the codec at run time',
    checkManifests,
    {
      'packages/server/package.json': manifest('@nbd/server', {
        dependencies: { '@nbd/codec': 'workspace:^' },
      }),
    },
    'packages/server/package.json: @nbd/codec may not stand in dependencies',
  ],
  [
    'the session depends on a third party',
    checkManifests,
    {
      'packages/session/package.json': manifest('@nbd/session', { dependencies: { left: '1' } }),
    },
    'packages/session/package.json: left may not stand in dependencies',
  ],
  [
    'a native module is required rather than optional',
    checkManifests,
    {
      'packages/driver-file/package.json': manifest('@nbd/driver-file', {
        dependencies: { koffi: 'catalog:' },
      }),
    },
    'packages/driver-file/package.json: koffi may not stand in dependencies',
  ],
  [
    'a package is in no layer',
    checkManifests,
    { 'packages/stray/package.json': manifest('@nbd/stray', {}) },
    'packages/stray: @nbd/stray is not in the table of layers',
  ],
  [
    'a workspace dependency has a fixed version',
    checkManifests,
    {
      'apps/demo-server/package.json': manifest('demo-server', {
        dependencies: { '@nbd/codec': '1.0.0' },
      }),
    },
    'apps/demo-server/package.json: @nbd/codec is "1.0.0", not "workspace:^"',
  ],
  [
    'the table names a package that is gone',
    checkTableIsInhabited,
    {},
    'the table of layers names @nbd/filters, which no package is',
  ],
  [
    'an import is not declared',
    checkImports,
    { 'packages/server/src/planted.ts': "import { readU64 } from '@nbd/codec';" },
    'packages/server/src/planted.ts:1: @nbd/codec is not declared in packages/server/package.json',
  ],
  [
    'a source imports what only tests may',
    checkImports,
    { [CODEC]: "\nimport { it } from 'vitest';" },
    `${CODEC}:2: vitest is not declared in packages/codec/package.json`,
  ],
  [
    'an import goes into the sources of another package',
    checkImports,
    { [`${SESSION}/planted.ts`]: "export { readU64 } from '../../codec/src/u64.ts';" },
    `${SESSION}/planted.ts:1: ../../codec/src/u64.ts leaves the package`,
  ],
  [
    'an import leads nowhere',
    checkImports,
    { [CODEC]: "import './u65.ts';" },
    `${CODEC}:1: ./u65.ts is no file of this repository`,
  ],
  [
    'an import has no file ending',
    checkImports,
    { [CODEC]: "import './u64';" },
    `${CODEC}:1: ./u64 is no file of this repository`,
  ],
  [
    'a source imports a test',
    checkImports,
    { [CODEC]: "import './u64.test.ts';" },
    `${CODEC}:1: source imports a test`,
  ],
  [
    'a pure package imports a Node module',
    checkImports,
    { [CODEC]: "const { Buffer: Bytes } = await import('node:buffer');" },
    `${CODEC}:1: node:buffer in a package that runs without Node`,
  ],
  [
    'a pure package imports a Node module by its old name',
    checkImports,
    { [CODEC]: "import { Buffer } from 'buffer';" },
    `${CODEC}:1: buffer in a package that runs without Node`,
  ],
  [
    'a Node module goes without its prefix',
    checkImports,
    { 'packages/server/src/planted.ts': "import { createServer } from 'net';" },
    'packages/server/src/planted.ts:1: net without "node:"',
  ],
  [
    'a file outside the translator speaks both vocabularies',
    checkVocabularies,
    {
      'packages/server/src/planted.ts':
        "import type { Driver } from '@nbd/driver';\nimport { readU64 } from '@nbd/codec';",
    },
    'packages/server/src/planted.ts: imports both @nbd/codec and @nbd/driver',
  ],
  [
    'a state machine knows what a disk is',
    checkVocabularies,
    { [`${SESSION}/server/planted.ts`]: "import type { Driver } from '@nbd/driver';" },
    `${SESSION}/server/planted.ts: only src/serve of the session may import @nbd/driver`,
  ],
  [
    'three files import each other in a circle',
    checkCycles,
    {
      'packages/codec/src/a.ts': "import './b.ts';",
      'packages/codec/src/b.ts': "export { c } from './c.ts';",
      'packages/codec/src/c.ts': "import type { A } from './a.ts';",
    },
    'cycle: packages/codec/src/a.ts -> packages/codec/src/b.ts -> packages/codec/src/c.ts -> packages/codec/src/a.ts',
  ],
  [
    "a pure package uses one of Node's globals",
    checkNodeGlobals,
    { [CODEC]: '// Buffer\nexport const bytes: unknown = Buffer.alloc(1);' },
    `${CODEC}:2: Node's Buffer`,
  ],
  [
    'a package for browsers uses what only Node has',
    checkNodeGlobals,
    { 'packages/websocket/src/planted.ts': 'setImmediate(() => {});' },
    "packages/websocket/src/planted.ts:1: Node's setImmediate",
  ],
  [
    'a package for browsers imports a Node module',
    checkImports,
    { 'packages/websocket/src/planted.ts': "import { createServer } from 'node:net';" },
    'packages/websocket/src/planted.ts:1: node:net in a package that runs without Node',
  ],
  [
    'the build of a package for browsers lets the types of Node in',
    checkPureBuilds,
    { 'packages/websocket/tsconfig.build.json': '{ "compilerOptions": { "lib": ["dom"] } }' },
    'packages/websocket/tsconfig.build.json: types must be []',
  ],
  [
    'a pure package reaches a global the long way',
    checkNodeGlobals,
    { [CODEC]: 'globalThis.setTimeout(() => {}, 1);' },
    `${CODEC}:1: Node's globalThis`,
  ],
  ...['async', 'await', 'Promise', 'Date', 'setTimeout'].map(
    (word) =>
      [
        `a state machine says ${word}`,
        checkStateMachines,
        { [`${SESSION}/client/planted.ts`]: `\n(${word} )` },
        `${SESSION}/client/planted.ts:2: ${word} in a state machine`,
      ] as const,
  ),
  [
    'the build of a pure package lets the types of Node in',
    checkPureBuilds,
    { 'packages/codec/tsconfig.build.json': '{ "compilerOptions": { "types": ["node"] } }' },
    'packages/codec/tsconfig.build.json: types must be []',
  ],
  [
    'the build of a pure package says nothing of types',
    checkPureBuilds,
    { 'packages/codec/tsconfig.build.json': '{}' },
    'packages/codec/tsconfig.build.json: types must be []',
  ],
  [
    'the build of a pure package lets the DOM in',
    checkPureBuilds,
    {
      'packages/codec/tsconfig.build.json':
        '{ "compilerOptions": { "types": [], "lib": ["dom"] } }',
    },
    'packages/codec/tsconfig.build.json: lib must be that of the base',
  ],
  ...(
    [
      ['export default 1;', 'a default export'],
      ['export { a as default };', 'a default export'],
      ["export * from './u64.ts';", 'export *'],
      ["export type * from './u64.ts';", 'export *'],
      ['export enum Command { READ }', 'an enum'],
      ['const enum Command { READ }', 'an enum'],
      ['export namespace Wire { }', 'a namespace'],
    ] as const
  ).map(
    ([text, what]) =>
      [
        `a file says ${text}`,
        checkSyntax,
        { [CODEC]: `\n${text}` },
        `${CODEC}:2: ${what}`,
      ] as const,
  ),
  ...['utils.ts', 'types.ts', 'helpers.test.ts', 'common.ts', 'constants/magic.ts'].map(
    (name) =>
      [
        `a file is called ${name}`,
        checkNames,
        { [`packages/codec/src/${name}`]: '' },
        `packages/codec/src/${name}: "${name.split(/[./]/, 1).join('')}" does not say what is inside`,
      ] as const,
  ),
  [
    'a source file has 301 lines',
    checkLengths,
    { [CODEC]: 'a;\n'.repeat(301) },
    `${CODEC}: 301 lines, expected at most 300`,
  ],
  [
    'a file names the host of a registry',
    checkPlaces,
    { '.npmrc': `registry=https://${REGISTRY}/` },
    `.npmrc:1: ${REGISTRY}: the host of a registry`,
  ],
  ...['work', 'root', 'farm', 'home'].map(
    (folder) =>
      [
        `a file names a path below /${folder}`,
        checkPlaces,
        { 'docs/planted.md': `\nsee \`/${folder}/disk.img\`` },
        `docs/planted.md:2: /${folder}: a path of one machine`,
      ] as const,
  ),
  [
    'the lockfile sends installers to a host',
    checkLockfile,
    { 'pnpm-lock.yaml': 'tarball: https://example.org/a.tgz' },
    'pnpm-lock.yaml:1: https://example.org/a.tgz',
  ],
];

describe('a planted fault is found', () => {
  it.each(planted)('%s', (_fault, check, files, says) => {
    expect(check(plantedTree(files))).toContain(says);
  });
});

describe('a sound repository passes', () => {
  const checks = new Set(planted.map(([, check]) => check));
  checks.delete(checkTableIsInhabited);
  it.each([...checks].map((check) => [check.name, check] as const))('%s', (_name, check) => {
    expect(check(plantedTree({}))).toEqual([]);
  });

  it.each([
    ['a word in a comment or a string', CODEC, "// Buffer\nexport const a = 'process';"],
    ['a property of that name', CODEC, 'export const a = timers.setTimeout + b?.process;'],
    ['a longer name', CODEC, 'export const bytes = new ArrayBuffer(1);'],
    ['a key of that name', CODEC, 'export const a = { process: 1 };'],
  ])('checkNodeGlobals takes no offence at %s', (_what, path, text) => {
    expect(checkNodeGlobals(plantedTree({ [path]: text }))).toEqual([]);
  });

  it('checkPlaces takes no offence at paths of URLs and of the repository', () => {
    const text = ['https://example.org/home', './work/a', 'packages/root', '/homes'].join('\n');
    expect(checkPlaces(plantedTree({ 'docs/a.md': text }))).toEqual([]);
  });

  it('checkParity finds a test that was renamed, and a file that is gone', () => {
    const page =
      '| S-01 | `session/test/a.test.ts`: "one", "two" |\n| S-02 | `b/c.test.ts`: "three" |\n';
    const tree = plantedTree({
      'docs/seed-parity.md': page,
      'packages/session/test/a.test.ts': "test('S-01 one', () => {});\n",
    });
    expect(checkParity(tree)).toEqual([
      'docs/seed-parity.md names a test "two", which session/test/a.test.ts does not have',
      'docs/seed-parity.md names b/c.test.ts, which is not there',
    ]);
    expect(countNamedTests(tree)).toBe(3);
  });
});
