import { checkCycles, checkImports, checkVocabularies } from '../src/check-imports.ts';
import { CODEC, SESSION, type PlantedFault, testPlantedFaults } from './planted-faults.ts';

const PLANTED: readonly PlantedFault[] = [
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
    'a package for browsers imports a Node module',
    checkImports,
    { 'packages/websocket/src/planted.ts': "import { createServer } from 'node:net';" },
    'packages/websocket/src/planted.ts:1: node:net in a package that runs without Node',
  ],
];

testPlantedFaults(PLANTED);
