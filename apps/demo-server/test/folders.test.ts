/** A folder whose files are exports: what clients and the operator see. Real clients are in `tooling/interop`. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIMPLE_REPLY_BYTES, TransmissionFlag } from '@nbd/codec';
import { describe, expect, test } from 'vitest';
import { finish, start, WORKERS } from './program.ts';
import { RawClient } from './raw-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

const ANY_PORT = ['--listen', 'nbd://127.0.0.1:0'];

/** A folder of files, each of so many bytes, all with its name. */
function images(files: Readonly<Record<string, number>>): string {
  const folder = join(temporaryFolder(), 'images');
  mkdirSync(folder);
  for (const [name, size] of Object.entries(files)) {
    writeFileSync(join(folder, name), name.repeat(size).slice(0, size));
  }
  return folder;
}

/** The first bytes of an export; rejects if there is none of that name. */
async function startOf(uri: string, name: string, length: number): Promise<string> {
  const client = await RawClient.connect(uri);
  await client.go(name);
  client.askToRead(0, length);
  const reply = await client.take(SIMPLE_REPLY_BYTES + length);
  return Buffer.from(reply.subarray(SIMPLE_REPLY_BYTES)).toString();
}

describe.each(WORKERS)('workers: %s', (workers) => {
  const args = [...ANY_PORT, '--workers', workers];

  test('each file is an export, now and not at the start; what is none is refused and logged', async () => {
    const folder = images({ 'a.img': 4096, 'b.img': 8192 });
    symlinkSync('a.img', join(folder, 'link.img'));
    const program = start([...args, '--export', `=dir:${folder}`, '--export', 'one=memory:1M']);
    const [uri = ''] = await program.listening();
    expect(uri).toMatch(/^nbd:\/\/127\.0\.0\.1:\d+\/one$/);
    expect(await startOf(uri, 'a.img', 10)).toBe('a.imga.img');
    expect(await startOf(uri, 'b.img', 5)).toBe('b.img');
    expect(await (await RawClient.connect(uri)).go('')).toMatchObject({ size: 2 ** 20 });

    writeFileSync(join(folder, 'new.img'), 'fresh');
    expect(await startOf(uri, 'new.img', 5)).toBe('fresh');
    rmSync(join(folder, 'new.img'));
    const names = ['new.img', 'link.img', '../images/a.img', `${folder}/a.img`, './a.img', '.'];
    for (const name of names) {
      await expect(startOf(uri, name, 1)).rejects.toThrow('GO was answered by 2147483654');
    }
    await program.says('link.img: expected a regular file, found a symbolic link');
    expect(program.stderr.match(/expected a regular file/g)).toHaveLength(1);
    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0, stdout: `listening ${uri}\n` });
  });

  test('what one client writes all others read, and nobody where nobody may', async () => {
    const folder = images({ 'a.img': 4096 });
    const specs = ['--export', `rw=dir:${folder}`, '--export', `ro=dir:${folder} | readonly`];
    const program = start([...args, ...specs]);
    const [uri = ''] = await program.listening();
    const writer = await RawClient.connect(uri);
    await writer.go('rw/a.img');
    writer.askToWrite(0, Buffer.from('written'));
    await writer.take(SIMPLE_REPLY_BYTES);
    for (const name of ['rw/a.img', 'ro/a.img', 'rw/a.img']) {
      expect(await startOf(uri, name, 7)).toBe('written');
    }
    const { transmissionFlags } = await (await RawClient.connect(uri)).go('ro/a.img');
    expect(transmissionFlags & TransmissionFlag.READ_ONLY).not.toBe(0);
  });

  test('SIGHUP takes over another folder; who is in a file of the old one stays in it', async () => {
    const folder = images({ 'a.img': 4096 });
    const config = join(temporaryFolder(), 'nbd.json');
    const write = (exports: object): void => writeFileSync(config, JSON.stringify({ exports }));
    write({ old: `dir:${folder}`, one: 'memory:1M' });
    const program = start([...args, '--config', config, '--metrics', '0']);
    const [uri = ''] = await program.listening();
    const stays = await RawClient.connect(uri);
    await stays.go('old/a.img');

    write({ new: { spec: `dir:${folder} | readonly` }, one: 'memory:1M' });
    program.signal('SIGHUP');
    await program.says('exports: read anew');
    expect(await startOf(uri, 'new/a.img', 5)).toBe('a.img');
    await expect(startOf(uri, 'old/a.img', 5)).rejects.toThrow('GO was answered by');
    stays.askToRead(0, 5);
    expect((await stays.take(SIMPLE_REPLY_BYTES + 5)).subarray(-5)).toEqual(Buffer.from('a.img'));
    const url = /"url":"(http:[^"]+)"/.exec(program.stderr)?.[1] ?? '';
    const metrics = await (await fetch(`${url}metrics`)).text();
    expect(metrics).toContain('nbd_bytes_total{export="new/a.img",command="READ"} 5\n');
    expect(await (await fetch(`${url}status.json`)).json()).toMatchObject({
      exportNames: ['new/', 'one'],
    });
    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0 });
  });
});

test('a file that takes the place of another is what the next client gets', async () => {
  const folder = images({ 'a.img': 4096, next: 5 });
  const program = start([...ANY_PORT, '--export', `=dir:${folder}`]);
  const [uri = ''] = await program.listening();
  const before = await RawClient.connect(uri);
  await before.go('a.img');
  renameSync(join(folder, 'next'), join(folder, 'a.img'));
  expect(await startOf(uri, 'a.img', 5)).toBe('nextn');
  before.askToRead(0, 5);
  expect((await before.take(SIMPLE_REPLY_BYTES + 5)).subarray(-5)).toEqual(Buffer.from('a.img'));
});

test('with folders alone there is no default export, and the lines to try list what there is', async () => {
  const folder = images({ 'a.img': 512 });
  const program = start([...ANY_PORT, '--export', `isos=dir:${folder}`]);
  const [uri = ''] = await program.listening();
  expect(uri).toMatch(/^nbd:\/\/127\.0\.0\.1:\d+$/);
  await program.says(`  nbdinfo --list ${uri}`);
  expect(await startOf(uri, 'isos/a.img', 5)).toBe('a.img');
  await expect(startOf(uri, '', 1)).rejects.toThrow('GO was answered by');
});

test.each(['none', 'disk.img'])('a folder that is none ends the start in one line', async (end) => {
  const path = join(images({ 'disk.img': 1 }), end);
  expect(await finish([...ANY_PORT, '--export', `isos=dir:${path}`])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^nbd-demo-server: export "isos" cannot be opened: [^\n]+: (?:cannot be read|expected a folder)[^\n]*\n$/,
    ),
  });
});
