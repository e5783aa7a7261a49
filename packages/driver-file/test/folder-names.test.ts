/** Names that strangers ask a folder for: none leads out of it, and none waits. */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { folderExports } from '@nbd/driver-file';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const STRANGER = { peer: '192.0.2.7:50312' };
const runs = { numRuns: 200 };

/** A folder with `disk.img` in it, and beside it what must not be had: `secret.img`. */
function guarded(): { readonly outside: string; readonly inside: string } {
  const outside = temporaryFolder();
  const inside = join(outside, 'images');
  mkdirSync(inside);
  writeFileSync(join(inside, 'disk.img'), 'inside');
  writeFileSync(join(outside, 'secret.img'), 'secret');
  return { outside, inside };
}

/** What somebody finds under a name: the content of the disk. */
async function contentOf(folder: string, name: string): Promise<string | undefined> {
  const refusals: string[] = [];
  const source = folderExports({ path: folder, refused: (text) => refusals.push(text) });
  const opened = await source.open(name, STRANGER);
  if (opened === undefined) return undefined;
  const target = new Uint8Array(opened.driver.size);
  await opened.driver.read(target, 0);
  await opened.close();
  return new TextDecoder().decode(target);
}

test('no name of parts that lead elsewhere opens anything but the one file that is there', async () => {
  const { outside, inside } = guarded();
  mkdirSync(join(inside, 'sub'));
  symlinkSync('disk.img', join(inside, 'sub', 'link'));
  writeFileSync(join(inside, 'sub', 'deep.img'), 'secret');
  const parts = ['..', '.', '/', '//', '\\', '\0', 'disk.img', 'secret.img', 'sub', 'deep.img'];
  const more = [
    'images',
    outside,
    'a'.repeat(300),
    'a/'.repeat(2100),
    '%2e%2e',
    '\u202e',
    '\n',
    '',
    '~',
    '*',
  ];
  const name = fc.array(fc.constantFrom(...parts, ...more), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(name, async (pieces) => {
      const asked = pieces.join('');
      const found = await contentOf(inside, asked);
      expect(found).toBe(asked === 'disk.img' ? 'inside' : undefined);
    }),
    runs,
  );
});

/** Also halves of surrogate pairs, and more than a file system takes. */
const anyText = fc
  .array(fc.nat(0x10_ffff), { maxLength: 300 })
  .map((codePoints) => String.fromCodePoint(...codePoints));

test('any text is either a file that is listed or no export', async () => {
  const { inside } = guarded();
  await fc.assert(
    fc.asyncProperty(anyText, async (asked) => {
      expect(await contentOf(inside, asked)).toBe(asked === 'disk.img' ? 'inside' : undefined);
    }),
    runs,
  );
});

test.skipIf(process.platform === 'win32')(
  'links, folders, FIFOs, sockets and devices are refused at once, the client is told nothing of them, the operator what they are',
  async () => {
    const { inside } = guarded();
    symlinkSync('../secret.img', join(inside, 'out.img'));
    symlinkSync('disk.img', join(inside, 'alias.img'));
    symlinkSync('/dev/zero', join(inside, 'zero.img'));
    symlinkSync('loop.img', join(inside, 'loop.img'));
    symlinkSync('..', join(inside, 'up'));
    mkdirSync(join(inside, 'folder'));
    execFileSync('mkfifo', [join(inside, 'fifo')]);
    const socket = createServer().listen(join(inside, 'socket'));
    onTestFinished(() => void socket.close());
    const refusals: string[] = [];
    const source = folderExports({
      path: inside,
      refused: (text, { peer }) => refusals.push(`${peer} ${text.slice(inside.length + 1)}`),
    });
    const names = [
      'out.img',
      'alias.img',
      'zero.img',
      'loop.img',
      'up',
      'folder',
      'fifo',
      'socket',
    ];
    for (const name of names) expect(await source.open(name, STRANGER)).toBeUndefined();
    expect(refusals).toEqual([
      ...names
        .slice(0, 5)
        .map((name) => `${STRANGER.peer} ${name}: expected a regular file, found a symbolic link`),
      `${STRANGER.peer} folder: expected a regular file, found a directory`,
      `${STRANGER.peer} fifo: expected a regular file, found a FIFO`,
      `${STRANGER.peer} socket: expected a regular file, found a socket`,
    ]);
    expect([...(await source.list())]).toEqual([{ name: 'disk.img' }]);
  },
);

test.skipIf(process.platform === 'win32')(
  'a file that becomes a link after it was listed is no export any more',
  async () => {
    const { inside } = guarded();
    const source = folderExports({ path: inside });
    expect([...(await source.list())]).toEqual([{ name: 'disk.img' }]);
    symlinkSync('../secret.img', join(inside, 'new'));
    renameSync(join(inside, 'new'), join(inside, 'disk.img'));
    expect(await source.open('disk.img', STRANGER)).toBeUndefined();
  },
);

test.skipIf(process.platform === 'win32')(
  'a link or a FIFO that takes the place of a file while it is being opened is not followed, and not waited for',
  async () => {
    const { outside, inside } = guarded();
    writeFileSync(join(outside, 'good'), 'inside');
    symlinkSync('../secret.img', join(outside, 'link'));
    execFileSync('mkfifo', [join(outside, 'fifo')]);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const swapper = new Worker(SWAPPER, { eval: true, workerData: { outside, inside, stop } });
    const source = folderExports({ path: inside, readOnly: true, lock: 'off' });
    const found = { inside: 0, nothing: 0 };
    try {
      while (found.inside < 250 || found.nothing < 250) {
        const opened = await source.open('disk.img', STRANGER);
        if (opened === undefined) {
          found.nothing++;
          continue;
        }
        const target = new Uint8Array(6);
        await opened.driver.read(target, 0);
        expect(new TextDecoder().decode(target)).toBe('inside');
        await opened.close();
        found.inside++;
      }
    } finally {
      Atomics.store(stop, 0, 1);
      await new Promise((resolve) => swapper.once('exit', resolve));
    }
    expect(readFileSync(join(outside, 'secret.img'), 'utf8')).toBe('secret');
  },
);

/** Puts a file, a link and a FIFO in turn where the disk is, as fast as it can. */
const SWAPPER = `
  const { linkSync, renameSync, rmSync } = require('node:fs');
  const { workerData: { outside, inside, stop } } = require('node:worker_threads');
  while (Atomics.load(stop, 0) === 0) {
    for (const name of ['good', 'link', 'good', 'fifo']) {
      linkSync(outside + '/' + name, inside + '/.next');
      renameSync(inside + '/.next', inside + '/disk.img');
      rmSync(inside + '/.next', { force: true });
    }
  }
`;

test.skipIf(process.platform === 'win32')('a hard link is a file like any other', async () => {
  const { outside, inside } = guarded();
  linkSync(join(outside, 'secret.img'), join(inside, 'hard.img'));
  expect(await contentOf(inside, 'hard.img')).toBe('secret');
});
