import { openSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asyncReads } from '../src/reads/async-reads.ts';
import { DiskSize } from '../src/file/disk-size.ts';
import { loadEnvironment } from '../src/system/environment.ts';
import { fileChanges } from '../src/writes/file-changes.ts';
import { openFileDriver } from '../src/file-driver.ts';
import { FileInUse } from '../src/file/file-in-use.ts';
import { gate } from './gate.ts';
import { pattern, temporaryFiles } from './temporary-files.ts';

const FUA = { fua: false };
const files = temporaryFiles();
const environment = await loadEnvironment();
const { systemCalls } = environment;

/** A disk of 8192 bytes with a zero of its second half under way, until the gate is opened. */
async function diskBeingZeroed() {
  const path = files.create(pattern(8192));
  const slow = gate();
  const calls = {
    ...systemCalls!,
    async fallocate(fd: number, mode: number, offset: number, length: number) {
      await slow.passed;
      await systemCalls?.fallocate(fd, mode, offset, length);
    },
  };
  const disk = await openFileDriver({ path }, { ...environment, systemCalls: calls });
  const zero = disk.zero?.(4096, 4096, { fua: false, mayTrim: false, fast: false });
  return { path, disk, zero, finishZero: () => slow.open() };
}

describe.skipIf(systemCalls === undefined)('a disk that shrinks', () => {
  test('has its new size at once, and is cut when the changes under way are over', async () => {
    const { path, disk, zero, finishZero } = await diskBeingZeroed();
    const resized = disk.resize?.(1000);
    await disk.flush?.();
    expect([disk.size, statSync(path).size]).toEqual([1000, 8192]);

    finishZero();
    await Promise.all([zero, resized]);
    expect([disk.size, statSync(path).size]).toEqual([1000, 1000]);
    await disk.resize?.(8192);
    const expected = new Uint8Array(8192);
    expected.set(pattern(1000));
    expect(Buffer.compare(readFileSync(path), expected)).toBe(0);
    await disk.close?.();
  });

  test('holds up the changes that come meanwhile, and refuses those that are beyond its end', async () => {
    const { path, disk, zero, finishZero } = await diskBeingZeroed();
    const resized = disk.resize?.(1000);
    await disk.flush?.();
    const source = Buffer.alloc(100, 0xee); // whose slice is no copy
    const within = disk.write?.(source, 0, FUA);
    const beyond = disk.write?.(source, 950, FUA);
    source.fill(0);
    expect(within).toBeInstanceOf(Promise);
    expect(readFileSync(path)[0]).toBe(pattern(1)[0]);

    finishZero();
    await within;
    await expect(beyond).rejects.toMatchObject({ name: 'DriverError', code: 'ENOSPC' });
    await Promise.all([zero, resized]);
    const expected = pattern(1000).fill(0xee, 0, 100);
    expect(Buffer.compare(readFileSync(path), expected)).toBe(0);

    // A request that was checked before the disk shrank may come as late as this.
    expect(() => disk.write?.(source, 950, FUA)).toThrow('the disk has shrunk to 1000');
    expect(statSync(path).size).toBe(1000);
    await disk.close?.();
  });

  test('that is closed meanwhile stays as large as it was', async () => {
    const { path, disk, zero, finishZero } = await diskBeingZeroed();
    const resized = disk.resize?.(1000);
    await disk.flush?.();
    const held = disk.write?.(pattern(10), 0, FUA);
    const closing = disk.close?.();
    finishZero();
    await expect(resized).rejects.toMatchObject({ code: 'ESHUTDOWN' });
    await expect(held).rejects.toMatchObject({ code: 'ESHUTDOWN' });
    await Promise.all([zero, closing]);
    expect([disk.size, statSync(path).size]).toEqual([8192, 8192]);
  });
});

test('a disk that shrinks waits for writes off the loop too', async () => {
  const path = files.create(64 * 65_536);
  const file = new FileInUse(openSync(path, 'r+'), path);
  const size = new DiskSize(path, 64 * 65_536);
  const changes = fileChanges(file, path, size, asyncReads(file), environment, () => undefined);
  const source = new Uint8Array(65_536).fill(1);
  let done = 0;
  const writes = Array.from({ length: 64 }, async (_, i) => {
    await changes.write?.(source, i * 65_536, FUA);
    done++;
  });
  let doneBefore = 0;
  await size.resize(100, async () => {
    doneBefore = done;
  });
  // The last of them wakes the resize, and is answered just after it.
  expect(doneBefore).toBeGreaterThanOrEqual(63);
  await Promise.all(writes);
  await file.close();
});

test('a disk changes its size by one resize at a time, in the order they come', async () => {
  const path = files.create(pattern(5000));
  const disk = await openFileDriver({ path }, environment);
  await Promise.all([10_000, 2000, 7000].map(async (size) => disk.resize?.(size)));
  expect([disk.size, statSync(path).size]).toEqual([7000, 7000]);
  expect(
    readFileSync(path)
      .subarray(2000)
      .every((byte) => byte === 0),
  ).toBe(true);
  await disk.close?.();
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])('a resize to %d bytes is refused', async (size) => {
  const path = files.create(pattern(100));
  const disk = await openFileDriver({ path }, environment);
  await expect(disk.resize?.(size)).rejects.toMatchObject({
    name: 'DriverError',
    code: 'EINVAL',
    message: expect.stringContaining(`found ${size}`),
  });
  expect([disk.size, statSync(path).size]).toEqual([100, 100]);
  await disk.close?.();
});

test('a resize that the system refuses leaves the size as it was', async () => {
  const path = files.create(pattern(100));
  const disk = await openFileDriver({ path }, environment);
  await expect(disk.resize?.(Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
    name: 'DriverError',
    message: expect.stringContaining(`${path}: resize to 9007199254740991 bytes`),
  });
  expect(disk.size).toBe(100);
  await disk.resize?.(50);
  expect(statSync(path).size).toBe(50);
  await disk.close?.();
});
