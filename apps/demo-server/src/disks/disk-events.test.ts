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

test('a volume that cannot be saved is told of like other failures that repeat, one that is lost at once', () => {
  vi.useFakeTimers();
  const [warn, error] = [vi.fn<Log['warn']>(), vi.fn<Log['error']>()];
  const { commitFailed, deposed } = logDiskEvents({ debug: silent, info: silent, warn, error });
  const [volume, err] = ['s3://disks/boot', new Error('no answer')];
  for (let i = 0; i < 10; i++) commitFailed(volume, err);
  deposed(volume, err);
  expect(warn.mock.calls).toEqual(
    Array.from({ length: 5 }, () => [
      { err, volume },
      'a volume could not be saved; it is tried again',
    ]),
  );
  expect(error.mock.calls).toEqual([[{ err, volume }, 'a volume was taken over']]);
  vi.useRealTimers();
});
