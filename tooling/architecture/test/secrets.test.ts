/** The check of comparisons finds those that are planted, and leaves the others alone. */
import { expect, it } from 'vitest';
import { checkSecrets } from '../src/check-secrets.ts';
import { plantedTree } from './planted-tree.ts';

const PLACE = 'packages/codec/src/u64.ts';

it.each([
  'if (found.token === token) return;',
  'return shown !== this.#token;',
  'const isIt = accessSecret === other;',
  'if (a === psk) return;',
  'return timingSafeEqual(a, b);',
])('finds "%s"', (line) => {
  expect(checkSecrets(plantedTree({ [PLACE]: `\n${line}\n` }))).toEqual([
    `${PLACE}:2: compares a secret: ${line}`,
  ]);
});

it.each([
  "if (token === '') return;",
  'return psk === undefined;',
  'if (undefined !== token) return;',
  'if ((all.psk ?? all.pskFile) !== undefined) return all;',
  'const tokens = list.length === other;',
])('takes no offence at "%s"', (line) => {
  expect(checkSecrets(plantedTree({ [PLACE]: line }))).toEqual([]);
});

it('finds a comparer that does so no longer', () => {
  const path = 'packages/bridge/src/same-token.ts';
  expect(checkSecrets(plantedTree({ [path]: 'return true;' }))).toEqual([
    `${path}: compares nothing in constant time`,
  ]);
});
