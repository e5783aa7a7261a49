import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, statSync, symlinkSync } from 'node:fs';
import { fileDriver, FileOpenError, folderExports } from '@nbd/driver-file';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../src/system/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
import { kernelRing } from './kernel-ring.ts';
import { pattern, temporaryFiles } from './temporary-files.ts';

const files = temporaryFiles();
const environment = await loadEnvironment();
const { systemCalls } = environment;

async function refusal(options: Parameters<typeof fileDriver>[0]): Promise<FileOpenError> {
  try {
    await openFileDriver(options, environment);
  } catch (error) {
    if (error instanceof FileOpenError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

/** Does `body` without the rights of the superuser, whom no permission stops. */
async function asNobody(body: () => Promise<void>): Promise<void> {
  const user = process.geteuid?.();
  if (user === 0) process.seteuid?.(65_534);
  try {
    await body();
  } finally {
    if (user === 0) process.seteuid?.(0);
  }
}

describe('what cannot be opened is refused in one line', () => {
  test('a path at which there is nothing', async () => {
    const path = files.path('nothing.img');
    const error = await refusal({ path });
    expect(error.code).toBe('not-found');
    expect(error.message).toBe(`${path}: there is no such file`);
  });

  test('a folder', async () => {
    const path = files.path('.');
    const error = await refusal({ path, readOnly: true });
    expect(error.code).toBe('not-a-disk');
    expect(error.message).toBe(
      `${path}: expected a regular file or a block device, found a directory`,
    );
  });

  test.skipIf(process.platform === 'win32')(
    'a FIFO, without waiting for its other end',
    async () => {
      const path = files.path('fifo');
      execFileSync('mkfifo', [path]);
      const error = await refusal({ path, readOnly: true });
      expect(error.message).toContain('found a FIFO');
    },
  );

  test.skipIf(!existsSync('/dev/zero'))('a character device', async () => {
    expect((await refusal({ path: '/dev/zero' })).message).toContain('found a character device');
  });

  test('a link that leads nowhere', async () => {
    const path = files.path('link');
    symlinkSync('nowhere', path);
    expect((await refusal({ path })).code).toBe('not-found');
  });

  test.skipIf(process.platform === 'win32')(
    'a file that may not be written, with the remedy; it opens read-only',
    async () => {
      const path = files.create(100);
      chmodSync(path, 0o444);
      chmodSync(files.path('.'), 0o755);
      await asNobody(async () => {
        const error = await refusal({ path });
        expect(error.code).toBe('no-permission');
        expect(error.message).toContain('open it read-only');
        const driver = await openFileDriver({ path, readOnly: true }, environment);
        await driver.close?.();
      });
    },
  );

  test('nothing stays open after a refusal', async () => {
    const path = files.create(100);
    const bare = { ...environment, systemCalls: undefined };
    await expect(openFileDriver({ path, io: 'uring' }, bare)).rejects.toThrow('not available');
    // The lock, too, has been given back.
    const driver = await openFileDriver({ path, io: 'adaptive' }, environment);
    await driver.close?.();
  });
});

describe('means that are not there', () => {
  const bare = { ...environment, systemCalls: undefined, extensions: undefined };

  test.each(['uring', 'nowait'] as const)('"%s" by name is refused without koffi', async (io) => {
    await expect(openFileDriver({ path: files.create(1), io }, bare)).rejects.toMatchObject({
      name: 'FileOpenError',
      code: 'unavailable',
      message: expect.stringContaining('koffi'),
    });
  });

  test('without the packages the driver reads, writes and resizes, and offers no more', async () => {
    const notices: string[] = [];
    const path = files.create(pattern(10_000));
    const driver = await openFileDriver({ path, notice: (text) => notices.push(text) }, bare);
    for (const method of ['trim', 'zero', 'extents', 'cache']) {
      expect(driver).not.toHaveProperty(method);
    }
    const target = new Uint8Array(10_000);
    await driver.read(target, 0);
    expect(Buffer.compare(target, pattern(10_000))).toBe(0);
    expect(notices.map((text) => text.slice(path.length + 2))).toEqual([
      expect.stringContaining('not locked'),
      expect.stringContaining('no reads by io_uring'),
      expect.stringContaining('no reads by preadv2'),
      expect.stringContaining('reads by fs.readSync'),
      expect.stringContaining('holes cannot be told'),
      expect.stringContaining('no trim'),
    ]);
    await driver.close?.();
  });

  test.skipIf(systemCalls === undefined)('a refused ring leaves preadv2', async () => {
    const { ringSetup } = kernelRing({ fd: -1, result: () => 0 }).calls;
    const calls = { ...systemCalls!, ringSetup };
    const some = { ...environment, systemCalls: calls };
    const notices: string[] = [];
    const path = files.create(1);
    const driver = await openFileDriver({ path, notice: (text) => notices.push(text) }, some);
    expect(notices).toContain(`${path}: reads by preadv2 with RWF_NOWAIT`);
    await driver.close?.();
    await expect(openFileDriver({ path, io: 'uring' }, some)).rejects.toThrow('refuses io_uring');
  });

  test.skipIf(systemCalls === undefined)(
    'a ring that may not be entered leaves preadv2 too',
    async () => {
      const { calls, held } = kernelRing({ takes: -1, result: () => 0 });
      const { ringSetup, ringMap, ringEnter, ringUnmap, ringClose } = calls;
      const ring = { ringSetup, ringMap, ringEnter, ringUnmap, ringClose };
      const mixed = { ...systemCalls!, ...ring };
      await expect(
        openFileDriver(
          { path: files.create(1), io: 'uring' },
          { ...environment, systemCalls: mixed },
        ),
      ).rejects.toThrow('refuses io_uring');
      expect(held).toEqual({ mapped: 0, open: 0 });
    },
  );

  test.skipIf(systemCalls === undefined)(
    'a file system without reads that do not wait is read adaptively',
    async () => {
      const calls = { ...systemCalls!, readNoWait: () => -95 };
      const notices: string[] = [];
      const path = files.create(1);
      const driver = await openFileDriver(
        { path, notice: (text) => notices.push(text) },
        { ...environment, systemCalls: calls },
      );
      expect(notices.join('\n')).toContain('reads by fs.readSync');
      await driver.close?.();
    },
  );
});

describe('an open file', () => {
  test('changes its size by resize, and new bytes are zeroes', async () => {
    const path = files.create(pattern(5000));
    const driver = await fileDriver({ path });
    await driver.resize?.(1000);
    expect([driver.size, statSync(path).size]).toEqual([1000, 1000]);
    await driver.resize?.(70_000);
    expect([driver.size, statSync(path).size]).toEqual([70_000, 70_000]);
    const target = new Uint8Array(70_000);
    await driver.read(target, 0);
    const expected = new Uint8Array(70_000);
    expected.set(pattern(1000));
    expect(Buffer.compare(target, expected)).toBe(0);
    await driver.close?.();
  });

  test('read-only has nothing that changes it', async () => {
    const driver = await fileDriver({ path: files.create(100), readOnly: true });
    expect(driver.readOnly).toBe(true);
    for (const method of ['write', 'writeBatch', 'flush', 'trim', 'zero', 'resize']) {
      expect(driver).not.toHaveProperty(method);
    }
    await driver.close?.();
  });
});

test.each([
  ['io', 'fast', 'io: expected one of auto, uring, nowait, adaptive, async, found "fast"'],
  ['lock', 'required', 'lock: expected one of auto, require, warn, off, found "required"'],
  ['lock', false, 'lock: expected one of auto, require, warn, off, found false'],
])('%s: %j is refused, whatever the path', async (name, value, message) => {
  const options = { path: files.path('nothing.img'), [name]: value };
  await expect(fileDriver(options)).rejects.toThrow(new TypeError(message));
  expect(() => folderExports(options)).toThrow(new TypeError(message));
});

test('an option that there is not is refused: it may be the one that keeps a file from being changed', async () => {
  const options = { path: files.path('nothing.img'), readonly: true };
  const ofFiles = 'path, readOnly, io, lock, notice';
  const there = 'there is no option "readonly", expected one of';
  await expect(fileDriver(options)).rejects.toThrow(new TypeError(`${there} ${ofFiles}`));
  expect(() => folderExports(options)).toThrow(
    new TypeError(`${there} ${ofFiles}, around, entriesMax, refused`),
  );
});
