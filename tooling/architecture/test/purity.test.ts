import { expect, it } from 'vitest';
import { checkNodeGlobals, checkPureBuilds, checkStateMachines } from '../src/check-purity.ts';
import { CODEC, SESSION, type PlantedFault, testPlantedFaults } from './planted-faults.ts';
import { plantedTree } from './planted-tree.ts';

const PLANTED: readonly PlantedFault[] = [
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
];

testPlantedFaults(PLANTED);

it.each([
  ['a word in a comment or a string', CODEC, "// Buffer\nexport const a = 'process';"],
  ['a property of that name', CODEC, 'export const a = timers.setTimeout + b?.process;'],
  ['a longer name', CODEC, 'export const bytes = new ArrayBuffer(1);'],
  ['a key of that name', CODEC, 'export const a = { process: 1 };'],
])('checkNodeGlobals takes no offence at %s', (_what, path, text) => {
  expect(checkNodeGlobals(plantedTree({ [path]: text }))).toEqual([]);
});
