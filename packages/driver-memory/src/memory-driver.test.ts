import type { Driver, Extent } from '@nbd/driver';
import { expect, onTestFinished, test, vi } from 'vitest';
import { memoryDriver } from './memory-driver.ts';
import { PAGE_BYTES } from './page-table.ts';

const TEBIBYTE = 2 ** 40;
const SIZE_MAX = Number.MAX_SAFE_INTEGER;

function extentsOf(disk: Driver, offset: number, length: number): Extent[] {
  const extents = disk.extents?.(offset, length) ?? [];
  return Symbol.iterator in extents ? [...extents] : [];
}

/** The whole map of a disk, each extent as "data 65536", "hole 65536" or, reserved and not written, "zero 65536". */
function mapOf(disk: Driver): string[] {
  return extentsOf(disk, 0, disk.size).map(({ hole, zero, length }) => {
    const state = hole ? 'hole' : zero ? 'zero' : 'data';
    return `${state} ${length}`;
  });
}

function write(disk: Driver, offset: number, ...bytes: number[]): void {
  void disk.write?.(Uint8Array.from(bytes), offset, { fua: false });
}

function read(disk: Driver, offset: number, length: number): number[] {
  const target = new Uint8Array(length).fill(0xee);
  void disk.read(target, offset);
  return [...target];
}

test('a disk of the largest size holds its last byte, and the map shows where', () => {
  const disk = memoryDriver({ size: SIZE_MAX });
  write(disk, SIZE_MAX - 1, 7);

  expect(read(disk, SIZE_MAX - 2, 2)).toEqual([0, 7]);
  const lastPage = SIZE_MAX % PAGE_BYTES;
  expect(mapOf(disk)).toEqual([`hole ${SIZE_MAX - lastPage}`, `data ${lastPage}`]);
});

test('a trim of a huge range frees its pages and steps over the rest', () => {
  const disk = memoryDriver({ size: TEBIBYTE });
  write(disk, 5 * PAGE_BYTES, 1);
  write(disk, TEBIBYTE / 2, 2);
  void disk.trim?.(0, TEBIBYTE, { fua: false });

  expect(mapOf(disk)).toEqual([`hole ${TEBIBYTE}`]);
});

test('a trim of part of a page keeps the page, and one up to the end of the disk frees the last', () => {
  const disk = memoryDriver({ size: PAGE_BYTES + 100 });
  write(disk, 0, 1, 2, 3);
  write(disk, PAGE_BYTES, 4, 5, 6);
  void disk.trim?.(1, 1, { fua: false });
  void disk.trim?.(PAGE_BYTES, 100, { fua: false });

  expect(mapOf(disk)).toEqual([`data ${PAGE_BYTES}`, 'hole 100']);
  expect(read(disk, 0, 3)).toEqual([1, 0, 3]);
});

test('a zero reserves its pages unless it may become a hole', () => {
  const disk = memoryDriver({ size: 4 * PAGE_BYTES });
  void disk.zero?.(PAGE_BYTES - 1, 2, { fua: false, mayTrim: false, fast: true });
  expect(mapOf(disk)).toEqual([`zero ${2 * PAGE_BYTES}`, `hole ${2 * PAGE_BYTES}`]);

  void disk.zero?.(0, 2 * PAGE_BYTES, { fua: false, mayTrim: true, fast: true });
  expect(mapOf(disk)).toEqual([`hole ${4 * PAGE_BYTES}`]);
});

test('a zero that keeps the space clears what was there, and pages come back as they are written', () => {
  const disk = memoryDriver({ size: 4 * PAGE_BYTES });
  void disk.write?.(new Uint8Array(4 * PAGE_BYTES).fill(1), 0, { fua: false });
  void disk.zero?.(PAGE_BYTES - 1, 2 * PAGE_BYTES, { fua: false, mayTrim: false, fast: true });
  expect(read(disk, PAGE_BYTES - 2, 3)).toEqual([1, 0, 0]);
  expect(read(disk, 3 * PAGE_BYTES - 2, 3)).toEqual([0, 1, 1]);
  expect(mapOf(disk)).toEqual([
    `data ${PAGE_BYTES}`,
    `zero ${PAGE_BYTES}`,
    `data ${2 * PAGE_BYTES}`,
  ]);

  write(disk, PAGE_BYTES, 9);
  expect(mapOf(disk)).toEqual([`data ${4 * PAGE_BYTES}`]);
});

test('a zero that keeps the space takes no memory, so that it is fast for a disk of the largest size', () => {
  const disk = memoryDriver({ size: SIZE_MAX });
  write(disk, TEBIBYTE, 1);
  void disk.zero?.(1, SIZE_MAX - 2, { fua: false, mayTrim: false, fast: true });
  expect(mapOf(disk)).toEqual([`zero ${SIZE_MAX}`]);
  void disk.resize?.(PAGE_BYTES);
  void disk.resize?.(2 * PAGE_BYTES);
  expect(mapOf(disk)).toEqual([`zero ${PAGE_BYTES}`, `hole ${PAGE_BYTES}`]);
});

test('the map of a filled disk is read no further than it is asked for', () => {
  const disk = memoryDriver({ size: 3 * PAGE_BYTES });
  void disk.write?.(new Uint8Array(3 * PAGE_BYTES).fill(1), 0, { fua: false });

  const rest = { length: PAGE_BYTES - 10, hole: false, zero: false };
  expect(extentsOf(disk, 10, 20)).toEqual([rest]);
});

test('a disk that shrinks frees its pages, and finds zeroes when it grows again', () => {
  const disk = memoryDriver({ size: 3 * PAGE_BYTES });
  void disk.write?.(new Uint8Array(3 * PAGE_BYTES).fill(1), 0, { fua: false });
  void disk.resize?.(1);
  void disk.resize?.(2 * PAGE_BYTES);

  expect(mapOf(disk)).toEqual([`data ${PAGE_BYTES}`, `hole ${PAGE_BYTES}`]);
  expect(read(disk, 0, 3)).toEqual([1, 0, 0]);
});

test('a write for which there is no memory fails with ENOMEM, and leaves no hole that is data', () => {
  const disk = memoryDriver({ size: SIZE_MAX });
  write(disk, 0, 1);
  const { Uint8Array: Bytes } = globalThis;
  vi.stubGlobal('Uint8Array', function refuse() {
    throw new RangeError('Array buffer allocation failed');
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const failed = expect.objectContaining({ name: 'DriverError', code: 'ENOMEM' });
  expect(() => disk.write?.(Bytes.of(1), TEBIBYTE, { fua: false })).toThrow(failed);
  vi.unstubAllGlobals();

  expect(mapOf(disk)).toEqual([`data ${PAGE_BYTES}`, `hole ${SIZE_MAX - PAGE_BYTES}`]);
  write(disk, TEBIBYTE, 1);
  expect(read(disk, TEBIBYTE, 1)).toEqual([1]);
});

test.each([-1, 0.5, NaN, 2 ** 53])('a disk of %d bytes cannot be made', (size) => {
  expect(() => memoryDriver({ size })).toThrow(`found ${size}`);
});
