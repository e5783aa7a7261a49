import { existsSync, linkSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { filter } from '@nbd/driver';
import { expect, test } from 'vitest';
import { runHere } from './run-here.ts';
import { noise, serveFaulty, serveHere, temporaryFolder, watchedDisk } from './served.ts';

const MIB = 1024 * 1024;

test('a destination that is too small is refused before anything is written', async () => {
  const target = watchedDisk(MIB - 1, noise(MIB - 1));
  Object.assign(target.touched, { written: 0 });
  const uri = await serveHere({ source: watchedDisk(MIB).driver, target: target.driver });
  expect(await runHere(['copy', uri('source'), uri('target')])).toMatchObject({
    code: 1,
    stderr: `nbd: ${uri('target')} is too small: the source has 1048576 bytes, the destination 1048575\n`,
  });
  expect(target.touched).toMatchObject({ written: 0, zeroed: 0 });
});

test('a source that does not fit into blocks is refused before anything is written', async () => {
  const target = watchedDisk(MIB);
  const coarse = filter(target.driver, {
    blockSize: { minimum: 512, preferred: 4096, payloadMax: MIB },
  });
  const uri = await serveHere({ source: watchedDisk(1000).driver, target: coarse });
  expect(await runHere(['copy', uri('source'), uri('target')])).toMatchObject({
    code: 1,
    stderr: `nbd: ${uri('target')} takes only multiples of 512 bytes, and the source has 1000\n`,
  });
  expect(target.touched).toMatchObject({ written: 0, zeroed: 0 });
});

test.each(['map', 'dump', 'copy'])(
  '%s tells of a source with a tail that is no block, which nobody can read',
  async (command) => {
    const coarse = filter(watchedDisk(1000).driver, {
      blockSize: { minimum: 512, preferred: 4096, payloadMax: MIB },
    });
    const uri = await serveHere({ source: coarse });
    const file = join(temporaryFolder(), 'copy.img');
    const args = command === 'copy' ? [uri('source'), file] : [uri('source')];
    expect(await runHere([command, ...args])).toMatchObject({
      code: 1,
      stderr: 'nbd: the export has 1000 bytes, and only 512 can be read, in blocks of 512\n',
    });
    expect(existsSync(file)).toBe(false);
    expect((await runHere(['dump', '--length', '512', uri('source')])).code).toBe(0);
  },
);

test('a destination that is read-only is refused', async () => {
  const uri = await serveHere({
    source: watchedDisk(MIB).driver,
    target: filter(watchedDisk(MIB).driver, { readOnly: true }),
  });
  expect(await runHere(['copy', uri('source'), uri('target')])).toMatchObject({
    code: 1,
    stderr: `nbd: ${uri('target')}: the export is read-only\n`,
  });
});

test('a source that cannot be opened leaves the destination as it is', async () => {
  const file = join(temporaryFolder(), 'precious.img');
  writeFileSync(file, 'precious');
  const uri = await serveHere({ disk: watchedDisk(MIB).driver });
  expect(await runHere(['copy', uri('none'), file])).toMatchObject({ code: 1 });
  expect(readFileSync(file, 'utf8')).toBe('precious');
});

test('a file is not copied onto itself, under whatever name', async () => {
  const folder = temporaryFolder();
  const [file, link] = [join(folder, 'a.img'), join(folder, 'b.img')];
  writeFileSync(file, 'precious');
  linkSync(file, link);
  expect(await runHere(['copy', file, link])).toMatchObject({
    code: 1,
    stderr: `nbd: ${link}: the source and the destination are the same file\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe('precious');
});

test('a folder is no destination', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'a.img');
  writeFileSync(file, 'precious');
  expect(await runHere(['copy', file, folder])).toMatchObject({
    code: 1,
    stderr: `nbd: ${folder}: expected a file or a block device, found a directory\n`,
  });
});

test('a file that is not there is one line, and is not created', async () => {
  const file = join(temporaryFolder(), 'none.img');
  const { code, stderr } = await runHere(['copy', file, join(temporaryFolder(), 'copy.img')]);
  expect([code, stderr]).toEqual([1, `nbd: ${file}: there is no such file\n`]);
  expect(existsSync(file)).toBe(false);
});

test.each([
  ['to its end', MIB + 1, '1048577'],
  ['up to where it no longer fits', 8 * MIB, 'at least 2097152'],
])(
  'standard input that is longer than the destination fails, and was read %s',
  async (_how, length, told) => {
    const target = watchedDisk(MIB);
    const uri = (await serveHere({ target: target.driver }))('target');
    const { code, stderr } = await runHere(['copy', '-', uri], { stdin: [noise(length)] });
    expect([code, stderr]).toEqual([
      1,
      `nbd: ${uri} is too small: the source has ${told} bytes, the destination 1048576\n`,
    ]);
  },
);

test.each([
  ['a read', 'source', { on: 'read', fail: 'EIO' }],
  ['a map', 'source', { on: 'extents', fail: 'EIO' }],
  ['a write', 'target', { on: 'write', fail: 'EIO' }],
  ['a zero', 'target', { on: 'zero', fail: 'EIO' }],
  ['the flush at the end', 'target', { on: 'flush', fail: 'EIO' }],
  ['a connection lost in the middle of data', 'source', { on: 'read', cut: 'in the payload' }],
  ['a write that was lost with its connection', 'target', { on: 'write', cut: 'before the disk' }],
] as const)(
  '%s is the failure of the copy, in one line (K-032, E-41)',
  async (_what, blamed, fault) => {
    const source = await serveFaulty(4 * MIB, noise(MIB), MIB);
    const target = await serveFaulty(4 * MIB);
    const added = (blamed === 'source' ? source : target).faults.add(fault);
    const args = ['copy', '--json', source.uri, target.uri];
    const { code, stdout, stderr } = await runHere(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^nbd: .+\n$/);
    expect(stderr).toContain(`nbd: ${blamed === 'source' ? source.uri : target.uri}: `);
    expect(added.hits).toBeGreaterThan(0);
  },
);

test('after a failure nothing more is begun', async () => {
  const source = await serveFaulty(8 * MIB, noise(8 * MIB));
  const target = await serveFaulty(8 * MIB);
  target.faults.add({ on: 'write', fail: 'EIO' });
  const args = ['copy', '--requests', '4', '--connections', '1', source.uri, target.uri];
  expect((await runHere(args)).code).toBe(1);
  const writes = target.history.lines.filter((line) => line.includes(' WRITE '));
  expect(writes.length).toBeGreaterThan(0);
  expect(writes.length).toBeLessThanOrEqual(4);
});

test('standard output that cannot be written is the failure of the copy', async () => {
  const stdout = new Writable({
    write: (_chunk, _encoding, done) => {
      done(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }));
    },
  });
  const uri = (await serveHere({ disk: watchedDisk(MIB, noise(MIB)).driver }))('disk');
  expect(await runHere(['copy', uri, '-'], { stdout })).toMatchObject({
    code: 1,
    stderr: 'nbd: standard output: write ENOSPC\n',
  });
});
