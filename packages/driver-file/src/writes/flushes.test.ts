import { DriverError } from '@nbd/driver';
import { expect, test } from 'vitest';
import { gate } from '../../test/gate.ts';
import { sharedFlushes } from './flushes.ts';

const PATH = 'a.img';
const fine = () => Promise.resolve();
const lost = () => Promise.reject(Object.assign(new Error('disk full'), { code: 'ENOSPC' }));
const eio = { name: 'DriverError', code: 'EIO', message: expect.stringContaining('earlier one') };

test('a flush after one that failed fails, for every disk of the file, until all are closed', async () => {
  let sync: () => Promise<void> = lost;
  const disk = sharedFlushes('1:1', PATH, () => sync());
  const same = sharedFlushes('1:1', PATH, fine);
  const other = sharedFlushes('1:2', PATH, fine);
  await same.flush();
  await expect(disk.flush()).rejects.toMatchObject({ name: 'DriverError', code: 'ENOSPC' });

  sync = fine;
  await expect(disk.flush()).rejects.toMatchObject({ ...eio, cause: { code: 'ENOSPC' } });
  await expect(same.flush()).rejects.toMatchObject(eio);
  await other.flush();
  disk.leave();
  const late = sharedFlushes('1:1', PATH, fine);
  await expect(late.flush()).rejects.toMatchObject(eio);
  same.leave();
  late.leave();
  const again = sharedFlushes('1:1', PATH, fine);
  await again.flush();
  again.leave();
  other.leave();
});

test('a flush that was under way when another failed fails too', async () => {
  const slow = gate();
  const first = sharedFlushes('1:1', PATH, () => slow.passed);
  const second = sharedFlushes('1:1', PATH, lost);
  const answer = first.flush();
  await expect(second.flush()).rejects.toThrow('disk full');
  slow.open();
  await expect(answer).rejects.toMatchObject(eio);
  first.leave();
  second.leave();
});

test('a flush that was not tried says nothing of the storage', async () => {
  const closed = new DriverError('ESHUTDOWN', 'closed');
  const disk = sharedFlushes('1:1', PATH, () => Promise.reject(closed));
  const same = sharedFlushes('1:1', PATH, fine);
  await expect(disk.flush()).rejects.toBe(closed);
  await same.flush();
  disk.leave();
  same.leave();
});
