import type { Driver, Extent } from '@nbd/driver';
import { expect, onTestFinished, test } from 'vitest';
import { PAGE_BYTES, SEATS, sharedMemory, type SharedMemoryOptions } from './shared-memory.ts';
import { sharedMemoryDriver } from './shared-memory-driver.ts';

const TEBIBYTE = 2 ** 40;
const SIZE_MAX = Number.MAX_SAFE_INTEGER;
const NO_TRIM = { fua: false, mayTrim: false, fast: true };

/** Two drivers of one disk. */
function twoOf(options: SharedMemoryOptions): readonly [Driver, Driver] {
  const memory = sharedMemory(options);
  return [sharedMemoryDriver(memory), sharedMemoryDriver(memory)];
}

/** The whole map of a disk, each extent as "data 65536", "hole 65536" or, reserved and not written, "zero 65536". */
function mapOf(disk: Driver): string[] {
  const extents = (disk.extents?.(0, disk.size) ?? []) as Iterable<Extent>;
  return Array.from(extents, ({ hole, zero, length }) => {
    const state = hole ? 'hole' : zero ? 'zero' : 'data';
    return `${state} ${length}`;
  });
}

function fill(disk: Driver, offset: number, length: number, byte = 1): void {
  void disk.write?.(new Uint8Array(length).fill(byte), offset, { fua: false });
}

function read(disk: Driver, offset: number, length: number): number[] {
  const target = new Uint8Array(length).fill(0xee);
  void disk.read(target, offset);
  return [...target];
}

test('what one driver of a disk has written, trimmed or cleared, the other reads, and sees in its map', () => {
  const [one, other] = twoOf({ size: 4 * PAGE_BYTES });
  fill(one, PAGE_BYTES - 1, 2, 7);
  expect(read(other, PAGE_BYTES - 2, 4)).toEqual([0, 7, 7, 0]);
  expect(mapOf(other)).toEqual([`data ${2 * PAGE_BYTES}`, `hole ${2 * PAGE_BYTES}`]);

  void other.trim?.(PAGE_BYTES, PAGE_BYTES, { fua: false });
  void other.zero?.(3 * PAGE_BYTES, 1, NO_TRIM);
  expect(read(one, PAGE_BYTES - 2, 4)).toEqual([0, 7, 0, 0]);
  expect(mapOf(one)).toEqual([
    `data ${PAGE_BYTES}`,
    `hole ${2 * PAGE_BYTES}`,
    `zero ${PAGE_BYTES}`,
  ]);
});

test('a size that one driver has changed is that of the other, and a write beyond it fails with ENOSPC', () => {
  const [one, other] = twoOf({ size: 3 * PAGE_BYTES });
  fill(one, 0, 3 * PAGE_BYTES);
  void one.resize?.(1);
  expect(other.size).toBe(1);
  expect(() => fill(other, 0, 2)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
  expect(() => other.zero?.(0, 2, NO_TRIM)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));

  void other.resize?.(2 * PAGE_BYTES);
  expect(mapOf(one)).toEqual([`data ${PAGE_BYTES}`, `hole ${PAGE_BYTES}`]);
  expect(read(one, 0, 3)).toEqual([1, 0, 0]);
});

test('a disk of the largest size holds its last byte, and a trim of all of it frees that', () => {
  const [disk] = twoOf({ size: SIZE_MAX });
  fill(disk, SIZE_MAX - 1, 1, 7);
  expect(read(disk, SIZE_MAX - 2, 2)).toEqual([0, 7]);
  const lastPage = SIZE_MAX % PAGE_BYTES;
  expect(mapOf(disk)).toEqual([`hole ${SIZE_MAX - lastPage}`, `data ${lastPage}`]);

  void disk.trim?.(0, SIZE_MAX, { fua: false });
  expect(mapOf(disk)).toEqual([`hole ${SIZE_MAX}`]);
});

test('beyond the capacity a write is refused with ENOSPC, until something is freed', () => {
  // Two pages, and one for the table.
  const [one, other] = twoOf({ size: TEBIBYTE, capacity: 3 * PAGE_BYTES });
  fill(one, 0, PAGE_BYTES);
  fill(other, 5 * PAGE_BYTES, 1);
  expect(() => fill(one, 9 * PAGE_BYTES, 1)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
  expect(mapOf(one)[0]).toBe(`data ${PAGE_BYTES}`);

  void other.trim?.(0, PAGE_BYTES, { fua: false });
  fill(one, 9 * PAGE_BYTES + 1, 1, 3);
  // The page was another's before, and shows nothing of it.
  expect(read(other, 9 * PAGE_BYTES, 3)).toEqual([0, 3, 0]);
  expect(read(other, 0, 2)).toEqual([0, 0]);
});

test('a zero that may leave no hole takes its pages at once, and fails where there are none left', () => {
  const [one, other] = twoOf({ size: TEBIBYTE, capacity: 3 * PAGE_BYTES });
  void one.zero?.(0, 2 * PAGE_BYTES, NO_TRIM);
  expect(mapOf(other)[0]).toBe(`zero ${2 * PAGE_BYTES}`);
  fill(other, PAGE_BYTES, 1);
  expect(mapOf(one).slice(0, 2)).toEqual([`zero ${PAGE_BYTES}`, `data ${PAGE_BYTES}`]);
  expect(() => one.zero?.(2 * PAGE_BYTES, 1, NO_TRIM)).toThrow(
    expect.objectContaining({ code: 'ENOSPC' }),
  );
});

test('pages of a second bank are found by a driver that was there before them', () => {
  const [one, other] = twoOf({ size: 2 ** 32, capacity: 2 ** 31 });
  void one.zero?.(0, 2 ** 30, NO_TRIM);
  fill(one, 2 ** 30, 1, 5);
  expect(read(other, 2 ** 30 - 1, 3)).toEqual([0, 5, 0]);
});

test('a driver more than there are seats is refused, until one is closed', () => {
  const memory = sharedMemory({ size: 1 });
  const drivers = Array.from({ length: SEATS }, () => sharedMemoryDriver(memory));
  expect(() => sharedMemoryDriver(memory)).toThrow('expected at most 128 drivers');
  void drivers[5]?.close?.();
  expect(read(sharedMemoryDriver(memory), 0, 1)).toEqual([0]);
});

test.each([-1, 0.5, NaN, 2 ** 53])('a disk of %d bytes cannot be made', (size) => {
  expect(() => sharedMemory({ size })).toThrow(`found ${size}`);
  expect(() => sharedMemory({ size: 1, capacity: size })).toThrow(`found ${size}`);
});

test('an engine without growable shared memory is told apart from one that is out of it', () => {
  const { SharedArrayBuffer: known } = globalThis;
  onTestFinished(() => void Object.assign(globalThis, { SharedArrayBuffer: known }));
  // As it was before: the second argument is passed over.
  class Fixed extends known {
    constructor(length: number) {
      super(length);
      Object.defineProperty(this, 'grow', { value: undefined });
    }
  }
  Object.assign(globalThis, { SharedArrayBuffer: Fixed });
  expect(() => sharedMemory({ size: 1 })).toThrow('expected an engine with growable shared memory');
});
