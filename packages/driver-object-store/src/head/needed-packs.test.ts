import { expect, test } from 'vitest';
import { neededPacks } from './needed-packs.ts';

test('what is an object for one of those who need it is an object', () => {
  const carried = { generation: 1, sequence: 2, body: Uint8Array.of(7) };
  const object = { ...carried, body: undefined };
  const other = { generation: 1, sequence: 3, body: Uint8Array.of(8) };
  const needed = (...lists: (typeof carried | typeof object)[][]) => {
    const [packs = [], ...ofSnapshots] = lists;
    const snapshots = ofSnapshots.map((each) => ({ packs: each }));
    return [...neededPacks({ packs, snapshots } as never).values()];
  };
  expect(needed([carried], [object], [other])).toEqual([object, other]);
  expect(needed([object], [carried], [carried, other])).toEqual([object, other]);
  expect(needed([carried], [], [carried])).toEqual([carried]);
});
