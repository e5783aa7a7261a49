import type { Log } from '@nbd/server';
import { expect, test, vi } from 'vitest';
import { logDiskEvents } from './disk-events.ts';

const silent = (): void => undefined;

test('a client that asks for links a thousand times does not fill the log', () => {
  vi.useFakeTimers();
  const info = vi.fn<Log['info']>();
  const { refused } = logDiskEvents({ debug: silent, info, warn: silent, error: silent });
  const ask = (name: string): void => refused(`${name}: a symbolic link`, { peer: 'unix' });
  for (let i = 0; i < 1000; i++) ask('a');
  ask('b');
  const fields = { peer: 'unix', reason: 'a: a symbolic link' };
  expect(info.mock.calls).toEqual([
    ...Array.from({ length: 5 }, () => [fields, 'a file is not offered']),
    [{ ...fields, reason: 'b: a symbolic link' }, 'a file is not offered'],
  ]);
  vi.advanceTimersByTime(1000);
  expect(info.mock.lastCall).toEqual([{ ...fields, leftOut: 994 }, 'a file is not offered']);
  vi.useRealTimers();
});
