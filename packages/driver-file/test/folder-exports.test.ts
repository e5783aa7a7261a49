/** A folder as exports: what is listed, how long a file is open, and what fails. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Driver, OpenExport } from '@nbd/driver';
import { type FolderExports, folderExports } from '@nbd/driver-file';
import { describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const CLIENT = { peer: 'unix' };
const isLinux = process.platform === 'linux';

function folderOf(...names: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of names) writeFileSync(join(folder, name), name);
  return folder;
}

async function opened(source: FolderExports, name: string): Promise<OpenExport> {
  const found = await source.open(name, CLIENT);
  if (found === undefined) throw new Error(`expected an export ${name}, found none`);
  return found;
}

async function namesIn(source: FolderExports): Promise<readonly string[]> {
  return Array.from(await source.list(), ({ name }) => name);
}

/** How many descriptors this process has of files in `folder`. */
function openIn(folder: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;
}

describe('the list', () => {
  test('is of the files that are there now, in order', async () => {
    const folder = folderOf('b.img', 'a.img', '10', '9', 'ä.img', 'with space');
    mkdirSync(join(folder, 'folder'));
    const source = folderExports({ path: folder });
    expect(await namesIn(source)).toEqual(['10', '9', 'a.img', 'b.img', 'with space', 'ä.img']);
    rmSync(join(folder, '9'));
    writeFileSync(join(folder, 'new'), '');
    expect(await namesIn(source)).toEqual(['10', 'a.img', 'b.img', 'new', 'with space', 'ä.img']);
  });

  test.skipIf(!isLinux)('leaves out what is hidden and what cannot be said', async () => {
    const folder = folderOf('disk', '.hidden', 'a\nb', 'a\u001B[2J', 'a\u2028b');
    const bytes = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x61, 0xff])]);
    writeFileSync(bytes, '');
    const source = folderExports({ path: folder });
    expect(await namesIn(source)).toEqual(['disk']);
    for (const name of ['.hidden', 'a\nb', 'a\u001B[2J', 'a\u2028b', 'a\uFFFD']) {
      expect(await source.open(name, CLIENT)).toBeUndefined();
    }
  });

  test('ends after so many entries, which is told; what it does not name can be opened', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `disk ${i}`);
    const notices: string[] = [];
    const path = folderOf(...names);
    const notice = (text: string) => void notices.push(text);
    const source = folderExports({ path, entriesMax: 20, notice });
    expect(await namesIn(source)).toHaveLength(20);
    expect(notices).toEqual([`${path}: the list ends after 20 entries of the folder`]);
    for (const name of names) await (await opened(source, name)).close();
    expect(await namesIn(folderExports({ path, entriesMax: 50 }))).toHaveLength(50);
    expect(() => folderExports({ path, entriesMax: 0 })).toThrow(RangeError);
  });
});

describe('a file', () => {
  test.skipIf(!isLinux)('is open while somebody has it, once for all who have it', async () => {
    const folder = folderOf('a', 'b');
    const source = folderExports({ path: folder, lock: 'off' });
    expect(openIn(folder)).toBe(0);
    const [first, second] = await Promise.all([opened(source, 'a'), opened(source, 'a')]);
    expect(first.driver).toBe(second.driver);
    expect(openIn(folder)).toBe(1);
    const other = await opened(source, 'b');
    expect(other.driver).not.toBe(first.driver);
    await first.close();
    await first.close();
    expect(openIn(folder)).toBe(2);
    await second.close();
    expect(openIn(folder)).toBe(1);
    await other.close();
    expect(openIn(folder)).toBe(0);
  });

  test('that takes the name of another is another disk, and who has the old one keeps it', async () => {
    const folder = folderOf('a', 'b');
    const source = folderExports({ path: folder });
    const before = await opened(source, 'a');
    renameSync(join(folder, 'b'), join(folder, 'a'));
    const after = await opened(source, 'a');
    const texts = await Promise.all([before, after].map(({ driver }) => textOf(driver)));
    expect(texts).toEqual(['a', 'b']);
    await before.close();
    await after.close();
  });

  test('is flushed before it is closed, and is the one that the filters make of it', async () => {
    const calls: string[] = [];
    const source = folderExports({
      path: folderOf('a'),
      around: (disk) => ({
        size: disk.size,
        read: (target, offset) => disk.read(target, offset),
        flush: () => void calls.push('flush'),
        close: async () => {
          calls.push('close');
          await disk.close?.();
        },
      }),
    });
    await (await opened(source, 'a')).close();
    expect(calls).toEqual(['flush', 'close']);
    const still = await opened(source, 'a');
    await Promise.all([source.close(), source.close()]);
    await still.close();
    expect(calls).toEqual(['flush', 'close', 'flush', 'close']);
    await expect(source.open('a', CLIENT)).rejects.toMatchObject({ code: 'ESHUTDOWN' });
  });

  test('is opened anew only when all that was written to it lasts, and the source ends after that too', async () => {
    const calls: string[] = [];
    const flushes: (() => void)[] = [];
    const source = folderExports({
      path: folderOf('a', 'bb'),
      around(disk) {
        calls.push(`open ${disk.size}`);
        return {
          size: disk.size,
          read: (target, offset) => disk.read(target, offset),
          flush: () => new Promise((resolve) => flushes.push(resolve)),
          async close() {
            calls.push(`close ${disk.size}`);
            await disk.close?.();
          },
        };
      },
    });
    const leaving = (await opened(source, 'a')).close();
    const again = opened(source, 'a');
    await opened(source, 'bb'); // which would have taken as long
    expect(calls).toEqual(['open 1', 'open 2']);
    flushes.shift()?.();
    await leaving;
    const last = await again;
    expect(calls).toEqual(['open 1', 'open 2', 'close 1', 'open 1']);

    const [left, ended] = [last.close(), source.close()];
    await vi.waitFor(() => expect(flushes).toHaveLength(2));
    flushes.pop()?.();
    expect(await Promise.race([ended, new Promise((soon) => setImmediate(soon, 'not yet'))])).toBe(
      'not yet',
    );
    flushes.pop()?.();
    await left;
    await ended;
    expect(calls.slice(-2).toSorted()).toEqual(['close 1', 'close 2']);
  });

  test('cannot be changed where nothing may be', async () => {
    const path = folderOf('a');
    chmodSync(join(path, 'a'), 0o444);
    const source = folderExports({ path, readOnly: true });
    const disk = await opened(source, 'a');
    expect(disk.driver).not.toHaveProperty('write');
    await disk.close();
  });

  test.skipIf(!isLinux)(
    'that cannot be opened leaves nothing open, and is tried again',
    async () => {
      const folder = folderOf('a');
      let fails = true;
      const source = folderExports({
        path: folder,
        around(disk) {
          if (fails) throw new Error('no such partition');
          return disk;
        },
      });
      const both = await Promise.allSettled([source.open('a', CLIENT), source.open('a', CLIENT)]);
      expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(openIn(folder)).toBe(0);
      fails = false;
      await (await opened(source, 'a')).close();
      expect(openIn(folder)).toBe(0);
    },
  );
});

test.skipIf(!isLinux)('the path of the folder is taken as it is, links and all', async () => {
  const outside = temporaryFolder();
  mkdirSync(join(outside, 'far', 'deep'), { recursive: true });
  symlinkSync(join('far', 'deep'), join(outside, 'link'));
  writeFileSync(join(outside, 'far', 'there'), 'there');
  writeFileSync(join(outside, 'here'), 'here');
  const source = folderExports({ path: `${outside}/link/..` });
  expect(await namesIn(source)).toEqual(['there']);
  expect(await source.open('here', CLIENT)).toBeUndefined();
  const there = await opened(source, 'there');
  expect(await textOf(there.driver)).toBe('there');
  await there.close();
  expect(() => folderExports({ path: '' })).toThrow(RangeError);
});

test('a folder that cannot be read is told in one line', async () => {
  const folder = folderOf('a');
  await folderExports({ path: folder }).check();
  for (const path of [join(folder, 'a'), join(folder, 'none')]) {
    const source = folderExports({ path });
    await expect(source.check()).rejects.toThrow(/^[^\n]+: (?:cannot be read|expected a folder)/);
    await expect(source.list()).rejects.toMatchObject({ name: 'FileOpenError', code: 'failed' });
    expect(await source.open('a', CLIENT)).toBeUndefined();
  }
});

async function textOf(disk: Driver): Promise<string> {
  const target = new Uint8Array(disk.size);
  await disk.read(target, 0);
  return new TextDecoder().decode(target);
}
