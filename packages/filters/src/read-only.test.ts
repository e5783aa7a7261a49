import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { readOnly } from './read-only.ts';

test('a read-only disk has nothing that changes it', () => {
  const inner = memoryDriver({ size: 4096 });
  const disk = readOnly(Object.assign(inner, { writeBatch: () => undefined }));

  expect(disk.readOnly).toBe(true);
  expect(disk.fua).toBeUndefined();
  for (const method of ['write', 'writeBatch', 'trim', 'zero', 'resize']) {
    expect(disk).not.toHaveProperty(method);
  }
});

test('a read-only disk shows what happens to the disk within', () => {
  const inner = memoryDriver({ size: 16 });
  const disk = readOnly(inner);
  void inner.write?.(Uint8Array.of(1, 2, 3), 0, { fua: false });
  void inner.resize?.(8);

  const found = new Uint8Array(3);
  void disk.read(found, 0);
  expect([...found]).toEqual([1, 2, 3]);
  expect(disk.size).toBe(8);
});
