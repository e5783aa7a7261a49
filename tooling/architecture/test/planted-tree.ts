/** A small repository in memory without fault, and copies of it with one planted. */
import type { Tree } from '../src/tree.ts';

const manifest = (name: string, ...uses: readonly string[]): string =>
  JSON.stringify({
    name,
    dependencies: Object.fromEntries(uses.map((use) => [use, 'workspace:^'])),
  });

const PURE_BUILD = '{ "compilerOptions": { "types": [] } }';

const SOUND: Readonly<Record<string, string>> = {
  'package.json': '{ "devDependencies": { "vitest": "catalog:" } }',
  'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
  'packages/codec/package.json': manifest('@nbd/codec'),
  'packages/codec/tsconfig.build.json': PURE_BUILD,
  'packages/codec/src/index.ts': "export { readU64 } from './u64.ts';\n",
  'packages/codec/src/u64.ts': 'export function readU64(): number {\n  return 0;\n}\n',
  'packages/codec/src/u64.test.ts': "import { it } from 'vitest';\nit('reads', () => undefined);\n",
  'packages/driver/package.json': manifest('@nbd/driver'),
  'packages/driver/tsconfig.build.json': PURE_BUILD,
  'packages/driver/src/index.ts': 'export interface Driver {}\n',
  'packages/session/package.json': manifest('@nbd/session', '@nbd/codec', '@nbd/driver'),
  'packages/session/tsconfig.build.json': PURE_BUILD,
  'packages/session/src/server/session.ts': "import { readU64 } from '@nbd/codec';\n",
  'packages/session/src/serve/serve-channel.ts':
    "import { readU64 } from '@nbd/codec';\nimport type { Driver } from '@nbd/driver';\n",
  'packages/websocket/package.json': manifest('@nbd/websocket', '@nbd/session'),
  'packages/websocket/tsconfig.build.json':
    '{ "compilerOptions": { "types": [], "lib": ["dom"] } }',
  'packages/websocket/src/turns.ts': 'setTimeout(() => {}, 1);\n',
  'packages/server/package.json': manifest('@nbd/server', '@nbd/session', '@nbd/driver'),
  'packages/server/src/serve.ts': "import { createServer } from 'node:net';\n",
  'apps/demo-server/package.json': manifest('demo-server', '@nbd/codec', '@nbd/driver'),
  'apps/demo-server/src/main.ts':
    "import { readU64 } from '@nbd/codec';\nimport type { Driver } from '@nbd/driver';\n",
};

/** The sound repository with `files` added to it or put in the place of its own. */
export function plantedTree(files: Readonly<Record<string, string>>): Tree {
  return new Map(Object.entries({ ...SOUND, ...files }));
}
