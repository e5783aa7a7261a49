import {
  closeSync,
  fdatasyncSync,
  openSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { adaptiveReads } from '../src/reads/adaptive-reads.ts';
import { loadEnvironment } from '../src/system/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
import { FileInUse } from '../src/file/file-in-use.ts';
import { nowaitReads } from '../src/reads/nowait-reads.ts';
import { MEANS, whyNot } from './available-means.ts';
import { batchOf, readAll } from './batches.ts';
import { pattern, temporaryFiles } from './temporary-files.ts';

const ODD_SIZE = 202_893;
const TMPFS_MAGIC = 0x0102_1994;
const POSIX_FADV_DONTNEED = 4;

const files = temporaryFiles();
const environment = await loadEnvironment();
const { systemCalls } = environment;

for (const io of MEANS) {
  const missing = whyNot(io, files.create(1), environment);
  describe.skipIf(missing !== undefined)(
    `reads by "${io}"${missing ? ` (${missing})` : ''}`,
    () => {
      test('all bytes of an odd size, from any place to any other, up to the last', async () => {
        const content = pattern(ODD_SIZE);
        const driver = await openFileDriver({ path: files.create(content), io }, environment);
        expect(driver.size).toBe(ODD_SIZE);
        for (const [offset, length] of [
          [0, ODD_SIZE],
          [0, 1],
          [ODD_SIZE - 1, 1],
          [ODD_SIZE - 512, 512],
          [511, 4099],
        ] as const) {
          const target = new Uint8Array(length);
          await driver.read(target, offset);
          expect(Buffer.compare(target, content.subarray(offset, offset + length))).toBe(0);
        }
        await driver.close?.();
      });

      test('batches of any count, more than a ring holds too', async () => {
        const content = pattern(ODD_SIZE);
        const driver = await openFileDriver({ path: files.create(content), io }, environment);
        for (const count of [1, 2, 64, 65, 129, 200]) {
          const reads = batchOf(
            1000,
            Array.from({ length: count }, (_, i) => (i * 77_777) % (ODD_SIZE - 1000)),
          );
          await Promise.all(readAll(driver, reads));
          for (const { target, offset } of reads) {
            expect(Buffer.compare(target, content.subarray(offset, offset + 1000))).toBe(0);
          }
        }
        await driver.close?.();
      });

      test('a file cut short below the driver fails with EIO for what is gone, and only for that', async () => {
        const path = files.create(pattern(100_000));
        const driver = await openFileDriver({ path, io }, environment);
        truncateSync(path, 50_000);
        const reads = batchOf(4096, [0, 60_000, 8192, 49_000]);
        const answers = await Promise.allSettled(readAll(driver, reads));
        expect(answers.map(({ status }) => status)).toEqual([
          'fulfilled',
          'rejected',
          'fulfilled',
          'rejected',
        ]);
        expect(answers[3]).toMatchObject({
          reason: { code: 'EIO', message: expect.stringContaining('ends at 50000') },
        });
        await expect(async () => driver.read(new Uint8Array(10), 60_000)).rejects.toMatchObject({
          code: 'EIO',
        });

        // Whole again, it reads as before.
        writeFileSync(path, pattern(100_000));
        const again = new Uint8Array(4096);
        await driver.read(again, 60_000);
        expect(Buffer.compare(again, pattern(100_000).subarray(60_000, 64_096))).toBe(0);
        await driver.close?.();
      });
    },
  );
}

const onDisk = statfsSync(files.path('.')).type !== TMPFS_MAGIC;

describe.skipIf(systemCalls === undefined || !onDisk)('what the page cache has not', () => {
  test.for(['uring', 'nowait'] as const)('is read off the loop, by "%s"', async (io, { skip }) => {
    const content = pattern(8 * 2 ** 20);
    const path = files.create(content);
    const missing = whyNot(io, path, environment);
    skip(missing !== undefined, missing);
    await dropCache(path);
    const driver = await openFileDriver({ path, io }, environment);
    const places = [1, 3, 5, 7].map((place) => place * 2 ** 20);
    const cold = batchOf(4096, places);
    const answers = readAll(driver, cold);
    // Some may have been read ahead; not all.
    expect(cold.some((read) => read.answer !== undefined)).toBe(true);
    await Promise.all(answers);
    for (const { target, offset } of cold) {
      expect(Buffer.compare(target, content.subarray(offset, offset + 4096))).toBe(0);
    }

    // Now it is cached, and answered at once.
    const hot = batchOf(4096, places);
    await Promise.all(readAll(driver, hot));
    expect(hot.filter((read) => read.answer !== undefined)).toEqual([]);
    await driver.close?.();
  });
});

/** Makes the kernel forget the file's pages. */
async function dropCache(path: string): Promise<void> {
  const libc = (await import('koffi')).default.load(null);
  const fadvise = libc.func('posix_fadvise', 'int', ['int', 'int64_t', 'int64_t', 'int']);
  const fd = openSync(path, 'r+');
  fdatasyncSync(fd);
  expect(fadvise(fd, 0, 0, POSIX_FADV_DONTNEED)).toBe(0);
  closeSync(fd);
}

describe.skipIf(systemCalls === undefined)('reads that do not wait', () => {
  test('go on in the pool where they were cut short', async () => {
    const content = pattern(10_000);
    const fd = openSync(files.create(content), 'r');
    const calls = {
      ...systemCalls!,
      readNoWait(_fd: number, target: Uint8Array, offset: number) {
        target.set(content.subarray(offset, offset + 100));
        return 100;
      },
    };
    const target = new Uint8Array(4096);
    const answer = nowaitReads(new FileInUse(fd, 'a.img'), calls).read(target, 512);
    expect(answer).toBeInstanceOf(Promise);
    await answer;
    expect(Buffer.compare(target, content.subarray(512, 4608))).toBe(0);
    closeSync(fd);
  });
});

describe('adaptive reads', () => {
  test('follow what the clock says: fast ones stay on the loop, slow ones send the next to the pool', async () => {
    const content = pattern(300_000);
    const fd = openSync(files.create(content), 'r');
    let now = 0;
    let step = 0.01;
    const clock = () => (now += step);
    const reads = adaptiveReads(new FileInUse(fd, 'a.img'), content.length, clock);
    const target = new Uint8Array(4096);

    expect(reads.read(target, 0)).toBeUndefined();
    step = 3;
    expect(reads.read(target, 100_000)).toBeUndefined();
    step = 0;
    const cold = reads.read(target, 200_000);
    expect(cold).toBeInstanceOf(Promise);
    await cold;
    expect(Buffer.compare(target, content.subarray(200_000, 204_096))).toBe(0);
    expect(reads.read(target, 0)).toBeUndefined();

    // Read whole by the pool, or written whole, a region is known to be cached.
    await reads.read(new Uint8Array(65_536), 131_072);
    expect(reads.read(target, 131_072)).toBeUndefined();
    reads.written?.(65_536, 65_536);
    expect(reads.read(target, 65_536)).toBeUndefined();
    closeSync(fd);
  });
});
