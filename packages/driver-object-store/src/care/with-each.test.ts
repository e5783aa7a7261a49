import { expect, test } from 'vitest';
import { withEach } from './with-each.ts';

test('each has its turn, so many at a time, and none begins after one has failed', async () => {
  const begun: number[] = [];
  let [now, most] = [0, 0];
  const task = async (item: number): Promise<void> => {
    begun.push(item);
    now += 1;
    most = Math.max(most, now);
    await new Promise(setImmediate);
    now -= 1;
    if (item === 5) throw new Error('five');
  };
  await withEach([1, 2, 3, 4], 2, task);
  expect(begun).toEqual([1, 2, 3, 4]);
  expect(most).toBe(2);
  begun.length = 0;
  await expect(withEach([5, 6, 7, 8], 2, task)).rejects.toThrow('five');
  for (let turns = 0; turns < 4; turns++) await new Promise(setImmediate);
  expect(begun).toEqual([5, 6]);
});
