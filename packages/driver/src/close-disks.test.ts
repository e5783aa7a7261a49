import { expect, test } from 'vitest';
import { allClosed, flushAndClose } from './close-disks.ts';
import type { Driver } from './driver.ts';
import { exportTable } from './export-table.ts';

function fault(text: string): Promise<void> {
  return Promise.reject(new Error(text));
}

test('a disk that cannot be flushed is closed all the same, and tells of it', async () => {
  const calls: string[] = [];
  const disk: Driver = {
    size: 0,
    read() {},
    flush: () => fault('full'),
    close: () => void calls.push('close'),
  };
  await expect(flushAndClose(disk)).rejects.toThrow('full');
  expect(calls).toEqual(['close']);
});

test('all are waited for, and what failed is told: one failure as it is, several together', async () => {
  let isOver = false;
  const slow = new Promise<void>((resolve) => {
    setImmediate(() => {
      isOver = true;
      resolve();
    });
  });
  await expect(allClosed([fault('one'), slow])).rejects.toThrow(/^one$/);
  expect(isOver).toBe(true);
  const several = allClosed([fault('one'), fault('two'), Promise.resolve()]);
  await expect(several).rejects.toMatchObject({
    message: '2 disks failed to close',
    errors: [{ message: 'one' }, { message: 'two' }],
  });
  await expect(allClosed([])).resolves.toBeUndefined();
});

test('a disk of a table that takes its time to open does not keep the others from their end', async () => {
  const events: string[] = [];
  const disk = (name: string): Driver => ({
    size: 0,
    read: () => undefined,
    flush: () => void events.push(`flushed ${name}`),
    close: () => void events.push(`closed ${name}`),
  });
  const wakers: ((disk: Driver) => void)[] = [];
  const asleep = new Promise<Driver>((resolve) => {
    wakers.push(resolve);
  });
  const table = exportTable({ asleep: () => asleep, awake: disk('awake') });
  const opening = table.open('asleep');
  const end = table.close().then(() => events.push('closed all'));
  await new Promise(setImmediate);
  expect(events).toEqual(['flushed awake', 'closed awake']);
  for (const wake of wakers) wake(disk('asleep'));
  await Promise.all([opening, end]);
  expect(events.slice(2)).toEqual(['flushed asleep', 'closed asleep', 'closed all']);
});
