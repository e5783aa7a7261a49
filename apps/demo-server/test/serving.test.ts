import {
  closeSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { SIMPLE_REPLY_BYTES, TransmissionFlag } from '@nbd/codec';
import { expect, test } from 'vitest';
import { start } from './program.ts';
import { RawClient } from './raw-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MIB = 1024 * 1024;
const ANY_PORT = ['--listen', 'nbd://127.0.0.1:0'];

test('without exports it serves 64 MiB named "demo", and says how to try it', async () => {
  const program = start(ANY_PORT);

  const [uri = ''] = await program.listening();
  expect(uri).toMatch(/^nbd:\/\/127\.0\.0\.1:[1-9]\d*\/demo$/);
  await program.says(`\n  nbdinfo ${uri}\n`);
  await program.says('Ctrl-C');
  for (const name of ['demo', '']) {
    const client = await RawClient.connect(uri);
    expect(await client.go(name)).toMatchObject({ size: 64 * MIB });
  }
  const client = await RawClient.connect(uri);
  await expect(client.go('other')).rejects.toThrow('GO was answered by');

  program.signal('SIGTERM');
  const { code, stdout } = await program.ended;
  expect(code).toBe(0);
  expect(stdout).toBe(`listening ${uri}\n`);
});

test('files are exports by their last name, the first is the default; --log-level warn is quiet', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'two | words.img'), 'x'.repeat(4096));
  writeFileSync(join(folder, 'b.raw'), 'y'.repeat(8192));
  const program = start(
    [
      'two | words.img',
      join(folder, 'b.raw'),
      '--export',
      'p=pattern:1G',
      '--log-level',
      'warn',
      ...ANY_PORT,
    ],
    { cwd: folder },
  );

  const [uri = ''] = await program.listening();
  expect(uri).toMatch(/\/two%20%7C%20words\.img$/);
  const client = await RawClient.connect(uri);
  expect(await client.go('')).toMatchObject({ size: 4096 });
  client.askToRead(0, 4096);
  const reply = await client.take(SIMPLE_REPLY_BYTES + 4096);
  expect(Buffer.from(reply).subarray(SIMPLE_REPLY_BYTES).toString()).toBe('x'.repeat(4096));
  expect(await (await RawClient.connect(uri)).go('b.raw')).toMatchObject({ size: 8192 });
  expect(await (await RawClient.connect(uri)).go('p')).toMatchObject({ size: 1024 * MIB });

  program.signal('SIGINT');
  expect(await program.ended).toEqual({ code: 0, stdout: `listening ${uri}\n`, stderr: '' });
});

test('an empty NAME is the default export; the URI is that of the server', async () => {
  const program = start(['--export', 'a=null:1M', '--export', '=memory:2M', ...ANY_PORT]);

  const [uri = ''] = await program.listening();
  expect(uri).toMatch(/^nbd:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await RawClient.connect(uri)).go('')).toMatchObject({ size: 2 * MIB });
});

test('--read-only and readonly keep disks from being written', async () => {
  const program = start([
    '--export',
    'a=memory:1M | readonly',
    '--export',
    'b=memory:1M',
    ...ANY_PORT,
  ]);
  const [uri = ''] = await program.listening();
  const a = await (await RawClient.connect(uri)).go('a');
  const b = await (await RawClient.connect(uri)).go('b');
  expect(a.transmissionFlags & TransmissionFlag.READ_ONLY).not.toBe(0);
  expect(b.transmissionFlags & TransmissionFlag.READ_ONLY).toBe(0);

  const sealed = start(['--read-only', '--export', 'b=memory:1M', ...ANY_PORT]);
  const [sealedUri = ''] = await sealed.listening();
  const { transmissionFlags } = await (await RawClient.connect(sealedUri)).go('b');
  expect(transmissionFlags & TransmissionFlag.READ_ONLY).not.toBe(0);
});

test('--read-only serves a file that may not be written', async () => {
  const path = join(temporaryFolder(), 'sealed.img');
  const file = openSync(path, 'w', 0o444);
  ftruncateSync(file, MIB);
  closeSync(file);
  const program = start(['--read-only', path, ...ANY_PORT]);

  const [uri = ''] = await program.listening();
  const { size, transmissionFlags } = await (await RawClient.connect(uri)).go('');
  expect(size).toBe(MIB);
  expect(transmissionFlags & TransmissionFlag.READ_ONLY).not.toBe(0);
});

// Where root runs the test above, no permission would stop a writer.
test.skipIf(process.platform !== 'linux')('--read-only opens files for reading alone', async () => {
  const path = join(temporaryFolder(), 'sealed.img');
  writeFileSync(path, 'sealed');
  const program = start(['--read-only', path, ...ANY_PORT]);

  await program.listening();
  expect(new Set(accessModes(program.pid, path))).toEqual(new Set(['0']));
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

test.skipIf(!hasIpv6)('IPv6, where this machine has ::1, and more than one address', async () => {
  const program = start(['--listen', 'nbd://[::1]:0', ...ANY_PORT]);

  const uris = await program.listening(2);
  expect(uris).toEqual([
    expect.stringMatching(/^nbd:\/\/\[::1\]:[1-9]\d*\/demo$/),
    expect.stringMatching(/^nbd:\/\/127\.0\.0\.1:[1-9]\d*\/demo$/),
  ]);
  for (const uri of uris) {
    expect(await (await RawClient.connect(uri)).go('demo')).toMatchObject({ size: 64 * MIB });
  }
});

test('a configuration file is obeyed, and outdone by the command line', async () => {
  const folder = temporaryFolder();
  const config = {
    listen: ['nbd://127.0.0.1:1'],
    exports: { '2': 'memory:2M', '1': 'memory:1M' },
    readOnly: true,
    logLevel: 'silent',
    logFormat: 'json',
  };
  // Written by hand: an object would put the 1 first.
  const text = JSON.stringify(config).replace(
    '"1":"memory:1M","2":"memory:2M"',
    '"2":"memory:2M","1":"memory:1M"',
  );
  writeFileSync(join(folder, 'nbd.json'), text);
  const program = start(['--config', 'nbd.json', '--log-level', 'info', ...ANY_PORT], {
    cwd: folder,
    env: { NBD_LOG_LEVEL: 'error' },
  });

  const [uri = ''] = await program.listening();
  expect(uri).toMatch(/\/2$/);
  const { size, transmissionFlags } = await (await RawClient.connect(uri)).go('');
  expect(size).toBe(2 * MIB);
  expect(transmissionFlags & TransmissionFlag.READ_ONLY).not.toBe(0);

  program.signal('SIGTERM');
  const { code, stderr } = await program.ended;
  expect(code).toBe(0);
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string });
  expect(lines.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['ready', 'client entered an export', 'stopping', 'stopped']),
  );
});

test('NBD_LOG_LEVEL is the log level when no option names one', async () => {
  const program = start(ANY_PORT, { env: { NBD_LOG_LEVEL: 'error' } });
  await program.listening();

  program.signal('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
});

/** The access modes, 0 for reading alone, with which a process holds a file open. */
function accessModes(pid: number, path: string): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  const descriptors = readdirSync(folder).filter(
    (name) => readlinkSync(join(folder, name)) === path,
  );
  return descriptors.map((name) => {
    const facts = readFileSync(`/proc/${pid}/fdinfo/${name}`, 'utf8');
    return /^flags:\s+\d*(\d)$/m.exec(facts)?.[1] ?? 'unknown';
  });
}
