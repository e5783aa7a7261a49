import { expect, test } from 'vitest';
import { limiter } from './limiter.ts';

test('jobs run in order, no more at a time than the bound, also when some fail', async () => {
  const limit = limiter(2);
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const jobs = [0, 1, 2, 3].map((id) =>
    limit(async () => {
      started.push(id);
      await new Promise<void>((resolve) => finish.push(resolve));
      if (id === 0) throw new Error('failed');
      return id;
    }),
  );
  const all = Promise.allSettled(jobs);
  expect(started).toEqual([0, 1]);

  finish[0]?.();
  await expect(jobs[0]).rejects.toThrow('failed');
  expect(started).toEqual([0, 1, 2]);

  finish[1]?.();
  await jobs[1];
  expect(started).toEqual([0, 1, 2, 3]);

  finish[2]?.();
  finish[3]?.();
  await all;
  const late = limit(() => Promise.resolve('late'));
  await expect(late).resolves.toBe('late');
});
