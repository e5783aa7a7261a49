import fs, { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, test, vi } from 'vitest';
import { loadEnvironment } from '../src/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
import { FileInUse } from '../src/file-in-use.ts';
import { asyncWrites, guardedWrites } from '../src/file-writes.ts';
import { runProgram } from './run-program.ts';
import { pattern, temporaryFiles } from './temporary-files.ts';

const files = temporaryFiles();
const environment = await loadEnvironment();

describe('writes', () => {
  test('leave the loop after a slow one, take all of the source before they return, and come back', async () => {
    const path = files.create(3000);
    const fd = openSync(path, 'r+');
    let now = 0;
    let step = 0;
    const write = guardedWrites(new FileInUse(fd, path), () => (now += step));
    const source = pattern(1000);

    step = 10;
    expect(write(source, 0)).toBeUndefined();
    step = 0;
    const later = write(source, 1000);
    expect(later).toBeInstanceOf(Promise);
    source.fill(0xee);
    await later;
    now += 1000;
    expect(write(pattern(1000), 2000)).toBeUndefined();
    closeSync(fd);

    const found = readFileSync(path);
    for (const at of [0, 1000, 2000]) {
      expect(Buffer.compare(found.subarray(at, at + 1000), pattern(1000))).toBe(0);
    }
  });

  test('by "async" are never done on the loop', async () => {
    const driver = await openFileDriver({ path: files.create(4096), io: 'async' }, environment);
    const answer = driver.write?.(pattern(4096), 0, { fua: false });
    expect(answer).toBeInstanceOf(Promise);
    await answer;
    await driver.close?.();
  });

  test.skipIf(!existsSync('/dev/full'))(
    'to a full disk fail with ENOSPC, at once or later',
    async () => {
      const file = new FileInUse(openSync('/dev/full', 'r+'), '/dev/full');
      const full = expect.objectContaining({ name: 'DriverError', code: 'ENOSPC' });
      expect(() => guardedWrites(file, () => 0)(pattern(10), 0)).toThrow(full);
      await expect(asyncWrites(file)(pattern(10), 0)).rejects.toEqual(full);
      await file.close();
    },
  );

  test.skipIf(process.platform === 'win32')(
    'that the system cuts short go on, so that what stops them is found, unless the file is closed',
    async () => {
      const path = files.create(10);
      await expect(runProgram('write-beyond-limit.ts', [path], '4')).resolves.toBe(
        'ENOSPC ENOSPC ESHUTDOWN 2048\n',
      );
    },
  );

  test('are on stable storage after a flush, which is never done on the loop', async () => {
    const driver = await openFileDriver({ path: files.create(4096) }, environment);
    await driver.write?.(pattern(4096), 0, { fua: false });
    const answer = driver.flush?.();
    expect(answer).toBeInstanceOf(Promise);
    await expect(answer).resolves.toBeUndefined();
    await driver.close?.();
  });

  test('that the system could not keep are not called safe by a later flush of the disk', async () => {
    const path = files.create(4096);
    const driver = await openFileDriver({ path }, environment);
    const same = await openFileDriver({ path }, environment);
    await driver.write?.(pattern(4096), 0, { fua: false });
    // No medium fails on demand, so this once the answer of the system is made up.
    const lost = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    const fdatasync = vi.spyOn(fs, 'fdatasync').mockImplementationOnce((_fd, done) => done(lost));
    syncBuiltinESMExports();
    try {
      await expect(driver.flush?.()).rejects.toMatchObject({ code: 'EIO', cause: lost });
    } finally {
      fdatasync.mockRestore();
      syncBuiltinESMExports();
    }
    const earlier = { code: 'EIO', message: expect.stringContaining('earlier one failed') };
    await expect(driver.flush?.()).rejects.toMatchObject(earlier);
    await driver.close?.();
    await expect(same.flush?.()).rejects.toMatchObject(earlier);
    await same.close?.();

    const again = await openFileDriver({ path }, environment);
    await again.flush?.();
    await again.close?.();
  });
});
