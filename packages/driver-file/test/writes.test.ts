import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../src/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
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
    const write = guardedWrites({ fd, path }, () => (now += step));
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
      const file = { fd: openSync('/dev/full', 'r+'), path: '/dev/full' };
      const full = expect.objectContaining({ name: 'DriverError', code: 'ENOSPC' });
      expect(() => guardedWrites(file, () => 0)(pattern(10), 0)).toThrow(full);
      await expect(asyncWrites(file)(pattern(10), 0)).rejects.toEqual(full);
      closeSync(file.fd);
    },
  );

  test.skipIf(process.platform === 'win32')(
    'that the system cuts short go on, so that what stops them is found and not taken for success',
    async () => {
      const path = files.create(10);
      await expect(runProgram('write-beyond-limit.ts', [path], '4')).resolves.toBe('ENOSPC 2048\n');
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
});
