import { closeSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { dataExtent, holeExtent } from '@nbd/driver';
import type { Driver, Extent } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../src/system/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
import { FileInUse } from '../src/file/file-in-use.ts';
import { rangeChanges } from '../src/writes/range-changes.ts';
import { pattern, temporaryFiles } from './temporary-files.ts';

const MIB = 2 ** 20;
const FUA = { fua: false };
const files = temporaryFiles();
const environment = await loadEnvironment();
const { systemCalls } = environment;

async function extentsOf(driver: Driver, offset: number, length: number): Promise<Extent[]> {
  const found: Extent[] = [];
  for await (const extent of driver.extents?.(offset, length) ?? []) found.push(extent);
  return found;
}

/** What a file system answers that does not know a call. */
function unknown(): Promise<never> {
  return Promise.reject(Object.assign(new Error('not known here'), { code: 'ENOTSUP' }));
}

/** A file whose file system knows no call that changes ranges. */
function withoutWays(path: string, notices: string[]) {
  const fd = openSync(path, 'r+');
  const calls = { discard: unknown, punch: unknown, zero: unknown };
  const changes = rangeChanges(new FileInUse(fd, path), calls, (text) => notices.push(text));
  return { ...changes, close: () => closeSync(fd) };
}

function blocksOf(path: string): number {
  return statSync(path).blocks;
}

describe.skipIf(systemCalls === undefined)('ranges of a file', () => {
  test('trim gives the space back, and the extents say so', async () => {
    const path = files.create(pattern(4 * MIB));
    const driver = await openFileDriver({ path }, environment);
    const before = blocksOf(path);
    await driver.trim?.(MIB, 2 * MIB, FUA);
    expect(before - blocksOf(path)).toBeGreaterThanOrEqual((2 * MIB) / 512);
    expect(await extentsOf(driver, 0, 4 * MIB)).toEqual([
      { length: MIB, hole: false, zero: false },
      { length: 2 * MIB, hole: true, zero: true },
      { length: MIB, hole: false, zero: false },
    ]);
    await driver.close?.();
  });

  test('zero is exact to the byte, with and without a hole', async () => {
    for (const mayTrim of [true, false]) {
      const content = pattern(MIB);
      const path = files.create(content);
      const driver = await openFileDriver({ path }, environment);
      await driver.zero?.(1001, 500_003, { fua: false, mayTrim, fast: true });
      content.fill(0, 1001, 501_004);
      expect(Buffer.compare(readFileSync(path), content)).toBe(0);
      await driver.close?.();
    }
  });

  test('zero that may not trim keeps the space, one that may gives it back', async () => {
    const path = files.create(pattern(4 * MIB));
    const driver = await openFileDriver({ path }, environment);
    const before = blocksOf(path);
    await driver.zero?.(0, 2 * MIB, { fua: false, mayTrim: false, fast: false });
    expect(blocksOf(path)).toBeGreaterThanOrEqual(before);
    await driver.zero?.(0, 2 * MIB, { fua: false, mayTrim: true, fast: false });
    expect(before - blocksOf(path)).toBeGreaterThanOrEqual((2 * MIB) / 512);
    await driver.close?.();
  });

  test('extents of a huge file are found one by one, and start where they are asked for', async () => {
    const path = files.create(2 ** 42);
    const driver = await openFileDriver({ path }, environment);
    await driver.write?.(pattern(65_536), 2 ** 41, FUA);
    expect(await extentsOf(driver, 2 ** 41 + 4096, 2 ** 41 - 4096)).toEqual([
      { length: 61_440, hole: false, zero: false },
      { length: 2 ** 41 - 65_536, hole: true, zero: true },
    ]);
    const [first] = await extentsOf(driver, 0, 1);
    expect(first).toEqual({ length: 2 ** 41, hole: true, zero: true });
    await driver.close?.();
  });

  test('what others cut off the file is no hole but data, which fails to be read', async () => {
    const path = files.create(4 * MIB);
    const driver = await openFileDriver({ path }, environment);
    await driver.write?.(pattern(MIB), 0, FUA);
    truncateSync(path, 2 * MIB);
    expect(await extentsOf(driver, 0, 4 * MIB)).toEqual([
      dataExtent(MIB),
      holeExtent(MIB),
      dataExtent(2 * MIB),
    ]);
    truncateSync(path, MIB);
    expect(await extentsOf(driver, 0, 4 * MIB)).toEqual([dataExtent(MIB), dataExtent(3 * MIB)]);
    expect(await extentsOf(driver, 3 * MIB, 1)).toEqual([dataExtent(MIB)]);
    await expect(async () => driver.read(new Uint8Array(1), 3 * MIB)).rejects.toMatchObject({
      code: 'EIO',
    });
    await driver.close?.();
  });

  test('cache is accepted', async () => {
    const driver = await openFileDriver({ path: files.create(MIB) }, environment);
    await expect(driver.cache?.(0, MIB)).resolves.toBeUndefined();
    await driver.close?.();
  });

  test('an error that is not for want of a way is reported, with what was tried', async () => {
    const path = files.create(MIB);
    const fd = openSync(path, 'r');
    await expect(systemCalls?.fallocate(fd, 3, 0, 4096)).rejects.toMatchObject({ code: 'EBADF' });
    const changes = rangeChanges(
      new FileInUse(fd, path),
      { discard: (offset, length) => systemCalls!.fallocate(fd, 3, offset, length) },
      () => undefined,
    );
    await expect(changes.trim?.(0, 4096)).rejects.toMatchObject({
      code: 'EIO',
      message: expect.stringContaining('discard of 4096 bytes at 0'),
    });
    closeSync(fd);
  });
});

describe('a file system that does not know how', () => {
  test('trim does nothing, and says so once', async () => {
    const path = files.create(pattern(8192));
    const notices: string[] = [];
    const disk = withoutWays(path, notices);
    await disk.trim?.(0, 4096);
    await disk.trim?.(0, 4096);
    expect(notices).toEqual([`${path}: the file system cannot discard`]);
    expect(Buffer.compare(readFileSync(path), pattern(8192))).toBe(0);
    disk.close();
  });

  test('zero writes the zeroes, slice by slice', async () => {
    const content = pattern(MIB);
    const path = files.create(content);
    const disk = withoutWays(path, []);
    await disk.zero?.(100, 700_001, { fua: false, mayTrim: true, fast: false });
    content.fill(0, 100, 700_101);
    expect(Buffer.compare(readFileSync(path), content)).toBe(0);
    disk.close();
  });

  test('zero that must be fast is refused with ENOTSUP and changes nothing', async () => {
    const path = files.create(pattern(8192));
    const disk = withoutWays(path, []);
    await expect(
      disk.zero?.(0, 4096, { fua: false, mayTrim: true, fast: true }),
    ).rejects.toMatchObject({ code: 'ENOTSUP' });
    expect(Buffer.compare(readFileSync(path), pattern(8192))).toBe(0);
    disk.close();
  });
});
