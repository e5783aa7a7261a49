import { filter } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { runHere } from './run-here.ts';
import { noise, serveFaulty, serveHere, watchedDisk } from './served.ts';

test('dump shows bytes in hexadecimal and as text, and folds what repeats', async () => {
  const { driver } = watchedDisk(256, Buffer.from('Hello, disk!\n\u00e9'));
  const uri = (await serveHere({ disk: driver }))('disk');
  expect(await runHere(['dump', uri])).toMatchObject({
    code: 0,
    stdout: `00000000  48 65 6c 6c 6f 2c 20 64  69 73 6b 21 0a c3 a9 00  |Hello, disk!....|
00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
00000100
`,
    stderr: '',
  });
});

test('dump shows the range that is asked for, with units of 1024', async () => {
  const { driver } = watchedDisk(8192);
  void driver.write?.(Buffer.from('abc'), 4098, { fua: false });
  const uri = (await serveHere({ disk: driver }))('disk');
  expect((await runHere(['dump', '--offset', '4K', '--length', '5', uri])).stdout).toBe(
    `00001000  00 00 61 62 63                                    |..abc|\n00001005\n`,
  );
});

test('holes are folded without being read', async () => {
  const { driver, touched } = watchedDisk(2 ** 40);
  void driver.write?.(noise(65_536), 2 ** 39, { fua: false });
  touched.reads.length = 0;
  const uri = (await serveHere({ disk: driver }))('disk');
  const { stdout } = await runHere(['dump', uri]);

  const lines = stdout.trimEnd().split('\n');
  expect(lines.slice(0, 2)).toEqual([
    '00000000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|',
    '*',
  ]);
  expect(lines.slice(-3)).toEqual([
    '08000010000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|',
    '*',
    '10000000000',
  ]);
  expect(lines).toHaveLength(2 + 4096 + 3);
  expect(touched.reads).toEqual([[2 ** 39, 65_536]]);
});

test('a range that is not aligned to the blocks of the server is shown all the same', async () => {
  const driver = filter(memoryDriver({ size: 4096 }), {
    blockSize: { minimum: 512, preferred: 4096, payloadMax: 65_536 },
  });
  void driver.write?.(Buffer.from('over the border'), 505, { fua: false });
  const uri = (await serveHere({ disk: driver }))('disk');
  expect((await runHere(['dump', '--offset', '505', '--length', '15', uri])).stdout).toBe(
    `000001f9  6f 76 65 72 20 74 68 65  20 62 6f 72 64 65 72     |over the border|\n00000208\n`,
  );
});

test('a range outside the export exits with 1 and one line', async () => {
  const uri = (await serveHere({ disk: memoryDriver({ size: 512 }) }))('disk');
  expect(await runHere(['dump', '--offset', '500', '--length', '13', uri])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'nbd: expected a range inside the export of 512 bytes, found 500 to 513\n',
  });
});

test('a read that fails exits with 1 and one line (K-032)', async () => {
  const { faults, uri } = await serveFaulty(65_536, noise(65_536));
  faults.add({ on: 'read', fail: 'EIO' });
  const { code, stdout, stderr } = await runHere(['dump', uri]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toBe('nbd: READ of 65536 bytes at 0: the disk has failed\n');
});
