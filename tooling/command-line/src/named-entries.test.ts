import { expect, test } from 'vitest';
import { namedIn } from './named-entries.ts';
import { UsageError } from './usage-error.ts';

test('entries are found by their names, in the order of those', () => {
  const table = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  expect(namedIn(table, ['c', 'a'])).toEqual([{ name: 'c' }, { name: 'a' }]);
  expect(() => namedIn(table, ['a', 'd'])).toThrow(UsageError);
  expect(() => namedIn(table, ['a', 'd'])).toThrow('expected some of a, b, c; found d');
});
