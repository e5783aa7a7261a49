import { once } from 'node:events';
import { expect, test } from 'vitest';
import { start } from './program.ts';
import { noise, serveFaulty, serveHere, watchedDisk } from './served.ts';

const MIB = 1024 * 1024;

test('the help goes to standard output and exits with 0', async () => {
  const { code, stdout, stderr } = await start(['--help']).ended;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: nbd COMMAND \[options\] \.\.\.\n/);
});

test('wrong usage exits with 2 and one line', async () => {
  expect(await start(['frob']).ended).toEqual({
    code: 2,
    stdout: '',
    stderr: "nbd: unknown command 'frob'; try --help\n",
  });
});

test.each([
  ['SIGINT', 130, 'interrupted'],
  ['SIGTERM', 143, 'terminated'],
] as const)('%s ends a copy at once, with %d and one line', async (signal, code, line) => {
  const source = await serveFaulty(MIB, noise(MIB));
  const target = await serveFaulty(MIB);
  const stuck = source.faults.add({ on: 'read', hang: true });
  const { child, ended } = start(['copy', source.uri, target.uri]);
  await stuck.untilHits();
  child.kill(signal);
  expect(await ended).toEqual({ code, stdout: '', stderr: `nbd: ${line}\n` });
});

test('a dump whose reader has seen enough ends in silence', async () => {
  const uri = (await serveHere({ disk: watchedDisk(16 * MIB, noise(16 * MIB)).driver }))('disk');
  const { child, ended } = start(['dump', uri]);
  const { stdout } = child;
  if (stdout === null) throw new Error('expected a pipe');
  await once(stdout, 'data');
  stdout.destroy();
  expect(await ended).toMatchObject({ code: 141, stderr: '' });
});

test('a copy whose reader goes has failed', async () => {
  const uri = (await serveHere({ disk: watchedDisk(16 * MIB, noise(16 * MIB)).driver }))('disk');
  const { child, ended } = start(['copy', uri, '-']);
  const { stdout } = child;
  if (stdout === null) throw new Error('expected a pipe');
  await once(stdout, 'data');
  stdout.destroy();
  expect(await ended).toMatchObject({ code: 1, stderr: 'nbd: standard output: write EPIPE\n' });
});

test('a copy takes what a pipe brings', async () => {
  const target = watchedDisk(4 * MIB);
  const uri = (await serveHere({ disk: target.driver }))('disk');
  const { child, ended } = start(['copy', '-', uri]);
  child.stdin?.end(noise(4 * MIB));
  expect(await ended).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(Buffer.compare(target.contents(), noise(4 * MIB))).toBe(0);
});
