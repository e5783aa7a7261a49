import { filter } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { Part, WatchedDisk } from './watched-disk.ts';

const SIZE = 1_000_000;
const PLAIN = { fua: false };

test('what is read and written is counted, and shown where it is', async () => {
  const watched = new WatchedDisk(memoryDriver({ size: SIZE }));
  expect(watched.parts).toHaveLength(Math.ceil(SIZE / 4096));
  await watched.driver.read(new Uint8Array(4097), 0);
  await watched.driver.write?.(Uint8Array.of(7), 4096, PLAIN);
  await watched.driver.read(new Uint8Array(1), 4096);
  await watched.driver.zero?.(SIZE - 1, 1, { fua: false, fast: false, mayTrim: true });
  expect([watched.readBytes, watched.writtenBytes, watched.calls]).toEqual([4098, 2, 4]);
  const { parts } = watched;
  const expected = [Part.READ, Part.WRITTEN, Part.UNTOUCHED];
  expect([...parts.subarray(0, 3)]).toEqual(expected);
  expect(parts.at(-1)).toBe(Part.WRITTEN);
});

test('a large disk has no more parts than a map shows', () => {
  expect(new WatchedDisk(memoryDriver({ size: 2 ** 40 })).parts).toHaveLength(512);
  expect(new WatchedDisk(memoryDriver({ size: 0 })).parts).toHaveLength(0);
});

test('calls of a disk that is held wait until it is let go, also those that came before it was held again', async () => {
  const watched = new WatchedDisk(memoryDriver({ size: SIZE }));
  const told: string[] = [];
  watched.hold();
  watched.hold();
  const target = new Uint8Array(1).fill(9);
  const reading = Promise.resolve(watched.driver.read(target, 0)).then(() => told.push('read'));
  const flushing = Promise.resolve(watched.driver.flush?.()).then(() => told.push('flush'));
  watched.letGo();
  watched.hold();
  await Promise.resolve();
  await Promise.resolve();
  expect(told).toEqual([]);
  expect(target[0]).toBe(9);
  watched.letGo();
  await Promise.all([reading, flushing]);
  expect(target[0]).toBe(0);
  expect(told).toEqual(['read', 'flush']);
});

test('a disk that cannot be written stays so, and one client has it at a time', () => {
  const disk = filter(memoryDriver({ size: SIZE }), { write: undefined, zero: undefined });
  const { driver } = new WatchedDisk(disk);
  expect('write' in driver).toBe(false);
  expect(disk.multiConn).toBe(true);
  expect(driver.multiConn).not.toBe(true);
});
