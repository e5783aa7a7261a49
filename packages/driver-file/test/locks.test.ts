import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { loadEnvironment } from '../src/system/environment.ts';
import type { FileExtensions } from '../src/system/file-extensions.ts';
import { openFileDriver } from '../src/file-driver.ts';
import type { FileDriverOptions } from '../src/file-driver.ts';
import { lockForWriting } from '../src/file/file-lock.ts';
import type { LockPolicy } from '../src/file/file-lock.ts';
import { describe, expect, test } from 'vitest';
import { startProgram } from './run-program.ts';
import { temporaryFiles } from './temporary-files.ts';

const files = temporaryFiles();
const environment = await loadEnvironment();
const { extensions } = environment;
const open = (options: FileDriverOptions) => openFileDriver(options, environment);

/** Lets another process hold the file open for writing while `body` runs. */
async function heldByAnother(path: string, body: () => Promise<void>): Promise<void> {
  const holder = startProgram('hold-open.ts', [path]);
  try {
    await once(holder.stdout!, 'data');
    await body();
  } finally {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  }
}

describe.skipIf(extensions === undefined || process.platform !== 'linux')('locks', () => {
  test('a second process that would write is refused, warned, or let through, as it asks', async () => {
    const path = files.create(4096);
    await heldByAnother(path, async () => {
      const locked = { code: 'locked', message: `${path}: another process writes to this file` };
      await expect(open({ path })).rejects.toMatchObject(locked);
      await expect(open({ path, lock: 'require' })).rejects.toMatchObject(locked);

      const notices: string[] = [];
      const warned = await open({ path, lock: 'warn', notice: (text) => notices.push(text) });
      expect(notices).toContain(locked.message);
      await warned.close?.();

      for (const driver of [
        await open({ path, lock: 'off' }),
        await open({ path, readOnly: true }),
      ]) {
        await driver.close?.();
      }
    });
    // Its lock went with it.
    const free = await open({ path, lock: 'require' });
    await free.close?.();
  });

  test('drivers of one process share the lock, and the last to close gives it back', async () => {
    const path = files.create(4096);
    const first = await open({ path });
    const second = await open({ path });
    await first.close?.();
    const fd = openSync(path, 'r+');
    const qemuWants = () => extensions?.tryLock(fd, 201, 1);
    expect(qemuWants()).toBe(false);
    await second.close?.();
    expect(qemuWants()).toBe(true);
    closeSync(fd);
  });

  test('the lock of another thread counts as our own, and lasts as long as any of them has the file open', async () => {
    const path = files.create(4096);
    const [thread, stranger] = [openSync(path, 'r+'), openSync(path, 'r+')];
    const strangerMay = () => extensions?.tryLock(stranger, 300, 1);
    for (const byte of [300, 302]) extensions?.tryLock(thread, byte, 1, { shared: true });
    const driver = await open({ path, lock: 'require' });
    closeSync(thread);
    expect(strangerMay()).toBe(false);
    await driver.close?.();
    expect(strangerMay()).toBe(true);
    closeSync(stranger);
  });

  test('a thread that only tries to have the lock of another process is no reason to have it', async () => {
    const path = files.create(4096);
    await heldByAnother(path, async () => {
      const thread = openSync(path, 'r+');
      expect(extensions?.tryLock(thread, 300, 1, { shared: true })).toBe(true);
      await expect(open({ path })).rejects.toMatchObject({ code: 'locked' });
      closeSync(thread);
    });
  });

  test('a lock that another thread has to itself for a moment is waited for', async () => {
    const path = files.create(4096);
    const thread = openSync(path, 'r+');
    expect(extensions?.tryLock(thread, 300, 1)).toBe(true);
    extensions?.tryLock(thread, 302, 1, { shared: true });
    let tries = 0;
    const tryLock: FileExtensions['tryLock'] = (...args) => {
      if (++tries === 4) extensions?.tryLock(thread, 300, 1, { shared: true });
      return extensions!.tryLock(...args);
    };
    const moment = { ...extensions!, tryLock };
    const one = { path, lock: 'require' } as const;
    const driver = await openFileDriver(one, { ...environment, extensions: moment });
    await driver.close?.();
    closeSync(thread);
  });

  test('a QEMU that writes is minded, and one that would write is told', async () => {
    const path = files.create(4096);
    const fd = openSync(path, 'r+');
    extensions?.tryLock(fd, 101, 1, { shared: true });
    await expect(open({ path })).rejects.toMatchObject({ code: 'locked' });
    extensions?.unlock(fd, 101, 1);

    const driver = await open({ path });
    // QEMU asks whether anybody holds this byte, and readers take it too.
    expect(extensions?.tryLock(fd, 201, 1)).toBe(false);
    expect(extensions?.tryLock(fd, 201, 1, { shared: true })).toBe(true);
    await driver.close?.();
    closeSync(fd);
  });
});

function silent(): void {}

describe('a file that cannot be opened again for its lock', () => {
  const absent = {
    path: files.path('gone.img'),
    identity: 'of a file that was there',
    flags: constants.O_RDWR,
  };
  const anyExtensions = {
    tryLock: () => true,
    unlock: () => undefined,
    trim: async () => undefined,
  };
  const lock = (policy: LockPolicy, notice: (text: string) => void) =>
    lockForWriting(absent, policy, anyExtensions, notice);

  test('is refused by "require", with the error of the system as cause', () => {
    expect(() => lock('require', silent)).toThrow(
      expect.objectContaining({
        name: 'FileOpenError',
        code: 'failed',
        message: expect.stringContaining(`${absent.path}: not locked`),
        cause: expect.objectContaining({ code: 'ENOENT' }),
      }),
    );
  });

  test.each(['auto', 'warn'] as const)('is told in a notice by "%s"', (policy) => {
    const notices: string[] = [];
    const release = lock(policy, (text) => notices.push(text));
    expect(notices).toEqual([expect.stringContaining('cannot be opened again: ENOENT')]);
    release();
  });

  test('but has been replaced by another is refused', () => {
    const path = files.create(1);
    const replaced = { ...absent, path };
    expect(() => lockForWriting(replaced, 'warn', anyExtensions, silent)).toThrow(
      expect.objectContaining({
        code: 'failed',
        message: `${path}: was replaced while it was being opened`,
      }),
    );
  });
});

describe('without the package for locks', () => {
  const bare = { ...environment, extensions: undefined };

  test('"auto" says so and goes on, "require" refuses', async () => {
    const path = files.create(4096);
    const notices: string[] = [];
    const driver = await openFileDriver({ path, notice: (text) => notices.push(text) }, bare);
    expect(notices.join('\n')).toContain('not locked against other writers');
    await driver.close?.();
    await expect(openFileDriver({ path, lock: 'require' }, bare)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
