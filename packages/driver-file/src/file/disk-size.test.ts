import { expect, test } from 'vitest';
import { gate } from '../../test/gate.ts';
import { DiskSize } from './disk-size.ts';

test('a disk that could not be cut has its old size again, and changes go on', async () => {
  const size = new DiskSize('a.img', 100);
  const resized = size.resize(10, () => {
    expect(size.bytes).toBe(10);
    return Promise.reject(new Error('cannot be cut'));
  });
  const later = size.resize(200, () => {
    expect([size.bytes, size.shrinking]).toEqual([100, false]);
    return Promise.resolve();
  });
  await expect(resized).rejects.toThrow('cannot be cut');
  await later;
  expect(size.bytes).toBe(200);
  await size.change(150, 50, () => undefined);
});

test('a disk that grows holds up nothing, and is larger only when the file is', async () => {
  const size = new DiskSize('a.img', 100);
  const slow = gate();
  const resized = size.resize(200, () => slow.passed);
  await size.change(0, 100, () => undefined);
  await expect(size.change(100, 1, () => undefined)).rejects.toMatchObject({ code: 'ENOSPC' });
  slow.open();
  await resized;
  await size.change(100, 100, () => undefined);
});
