import { checkLengths, checkNames, checkSyntax } from '../src/check-form.ts';
import { CODEC, type PlantedFault, testPlantedFaults } from './planted-faults.ts';

const PLANTED: readonly PlantedFault[] = [
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
    'a test has 301 lines',
    checkLengths,
    { 'packages/codec/test/planted.test.ts': 'a;\n'.repeat(301) },
    'packages/codec/test/planted.test.ts: 301 lines, expected at most 300',
  ],
];

testPlantedFaults(PLANTED);
