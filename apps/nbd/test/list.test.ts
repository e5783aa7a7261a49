import { DriverError } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { runHere } from './run-here.ts';
import { serveHere } from './served.ts';

const EXPORTS = {
  '': memoryDriver({ size: 1536 }),
  a: { driver: memoryDriver({ size: 10 * 2 ** 30 }), description: 'the first' },
  'two words': memoryDriver({ size: 0 }),
};

test('list names the exports and describes them', async () => {
  const uri = await serveHere(EXPORTS);
  expect(await runHere(['list', uri()])).toMatchObject({
    code: 0,
    stdout: '""\na          the first\ntwo words\n',
    stderr: '',
  });
});

test('list --json is an array of names and descriptions', async () => {
  const uri = await serveHere(EXPORTS);
  const { stdout } = await runHere(['list', '--json', uri()]);
  expect(JSON.parse(stdout)).toEqual([
    { name: '' },
    { name: 'a', description: 'the first' },
    { name: 'two words' },
  ]);
});

test('list --long has sizes below each other', async () => {
  const uri = await serveHere(EXPORTS);
  const can = 'write, flush, FUA, trim, zero, fast zero, resize, multi-conn';
  const { stdout } = await runHere(['list', '--long', uri()]);
  expect(stdout).toBe(
    `""         1.5 KiB  ${can}\na           10 GiB  ${can}  the first\ntwo words  0 bytes  ${can}\n`,
  );
});

test('an export that cannot be described is in the list, and the exit code is 1', async () => {
  const uri = await serveHere({
    good: memoryDriver({ size: 512 }),
    bad: () => {
      throw new DriverError('EIO', 'broken');
    },
  });
  const shown = await runHere(['list', '--long', uri()]);
  expect(shown).toMatchObject({
    code: 1,
    stderr: 'nbd: exports that could not be described: 1\n',
  });
  expect(shown.stdout).toMatch(/^good {2}512 bytes {2}write.*\nbad {11}\? {2}\S.*\n$/);

  const { stdout } = await runHere(['list', '--long', '--json', uri()]);
  expect(JSON.parse(stdout)).toMatchObject([
    { name: 'good', size: 512, can: { write: true } },
    { name: 'bad', error: { code: expect.stringMatching(/^ERR_/) as string } },
  ]);
});
