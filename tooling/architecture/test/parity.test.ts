import { expect, it } from 'vitest';
import { checkParity, countNamedTests } from '../src/check-parity.ts';
import { plantedTree } from './planted-tree.ts';

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
