import { memoryDriver } from '@nbd/driver-memory';
import type { Driver } from '@nbd/driver';
import { expect, test, vi } from 'vitest';
import { blobDriver, overlayDriver, syncAccessDriver } from '../src/index.ts';
import { MemoryAccessHandle } from './access-handle.ts';
import { bytesAt } from './content.ts';

const SIZE = 256 * 1024;
const PLAIN = { fua: false };

function base(): Driver {
  return blobDriver({ blob: new Blob([bytesAt(0, SIZE)]) });
}

async function read(disk: Driver, offset: number, length: number): Promise<Uint8Array> {
  const target = new Uint8Array(length).fill(0xee);
  await disk.read(target, offset);
  return target;
}

test('a read across what was written and what was not has the bytes of both', async () => {
  const disk = overlayDriver({ base: base(), top: memoryDriver({ size: SIZE }) });
  await disk.write?.(new Uint8Array(3), 100, PLAIN);
  await disk.write?.(new Uint8Array(2), 110, PLAIN);
  const expected = bytesAt(90, 130);
  expected.fill(0, 10, 13).fill(0, 20, 22);
  expect(await read(disk, 90, 40)).toEqual(expected);
});

test('what the top held before does not shine through', async () => {
  const top = memoryDriver({ size: SIZE });
  await top.write?.(new Uint8Array(SIZE).fill(7), 0, PLAIN);
  const disk = overlayDriver({ base: base(), top });
  expect(await read(disk, 0, 1000)).toEqual(bytesAt(0, 1000));
});

test('a write that failed leaves the bytes of the base', async () => {
  const size = SIZE;
  const top = syncAccessDriver({ handle: new MemoryAccessHandle(4096), size });
  const disk = overlayDriver({ base: base(), top });
  expect(() => disk.write?.(new Uint8Array(512), 8192, PLAIN)).toThrow(
    expect.objectContaining({ code: 'ENOSPC' }),
  );
  expect(await read(disk, 8192, 512)).toEqual(bytesAt(8192, 8704));
});

test('a write that fails later leaves the bytes of the base too', async () => {
  const top: Driver = {
    ...memoryDriver({ size: SIZE }),
    write: () => Promise.reject(new Error('as planned')),
  };
  const disk = overlayDriver({ base: base(), top });
  await expect(disk.write?.(new Uint8Array(512), 0, PLAIN)).rejects.toThrow('as planned');
  expect(await read(disk, 0, 512)).toEqual(bytesAt(0, 512));
});

test('the map shows holes of the top, and data in the base', async () => {
  const disk = overlayDriver({ base: base(), top: memoryDriver({ size: SIZE }) });
  await disk.zero?.(0x1_0000, 0x1_0000, { fua: false, fast: false, mayTrim: true });
  const extents: unknown[] = [];
  for await (const extent of disk.extents?.(0, SIZE) ?? []) extents.push(extent);
  expect(extents).toEqual([
    { length: 0x1_0000, hole: false, zero: false },
    { length: 0x1_0000, hole: true, zero: true },
    { length: 0x2_0000, hole: false, zero: false },
  ]);
});

test('a top that cannot be written, or is too small, is refused', () => {
  expect(() => overlayDriver({ base: base(), top: base() })).toThrow(TypeError);
  const top = memoryDriver({ size: SIZE - 1 });
  expect(() => overlayDriver({ base: base(), top })).toThrow(
    `expected a top of at least ${SIZE} bytes, found ${SIZE - 1}`,
  );
});

test('the overlay wants what suits both disks', () => {
  const small = { minimum: 512, preferred: 4096, payloadMax: 0x1_0000 };
  const large = { minimum: 4096, preferred: 0x2_0000, payloadMax: 0xffff_ffff };
  const top: Driver = { ...memoryDriver({ size: SIZE }), blockSize: large, concurrency: 3 };
  const disk = overlayDriver({ base: { ...base(), blockSize: small, concurrency: 2 }, top });
  expect(disk.blockSize).toEqual({ minimum: 4096, preferred: 4096, payloadMax: 0x1_0000 });
  expect(disk.concurrency).toBe(2);
});

test('closing the overlay closes both disks, also when one of them fails', async () => {
  const closeTop = vi.fn<() => void>();
  const top: Driver = { ...memoryDriver({ size: SIZE }), close: closeTop };
  const failing: Driver = {
    ...base(),
    close: () => Promise.reject(new Error('as planned')),
  };
  await expect(overlayDriver({ base: failing, top }).close?.()).rejects.toThrow('as planned');
  expect(closeTop).toHaveBeenCalledOnce();
});

test('a disk in a file keeps its bytes for the next one, and reads as zeroes behind them', async () => {
  const handle = new MemoryAccessHandle();
  const disk = syncAccessDriver({ handle, size: SIZE });
  await disk.write?.(bytesAt(0, 10), 0, PLAIN);
  await disk.flush?.();
  expect(handle.flushes).toBe(1);
  const again = syncAccessDriver({ handle, size: SIZE });
  const expected = new Uint8Array(20);
  expected.set(bytesAt(0, 10));
  expect(await read(again, 0, 20)).toEqual(expected);
  await again.close?.();
  expect(() => again.read(new Uint8Array(1), 0)).toThrow(expect.objectContaining({ code: 'EIO' }));
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])('a disk in a file of %d bytes is refused', (size) => {
  const handle = new MemoryAccessHandle();
  expect(() => syncAccessDriver({ handle, size })).toThrow(RangeError);
});
