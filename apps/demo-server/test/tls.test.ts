/** TLS as an operator has it, with keys, which need no tool to make. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TLSSocket, connect } from 'node:tls';
import { Option, OptionReply } from '@nbd/codec';
import { expect, onTestFinished, test } from 'vitest';
import { finish, start, WORKERS } from './program.ts';
import { RawClient } from './raw-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

const OLD = 'alice:00112233445566778899aabbccddeeff';
const NEW = 'alice:ffeeddccbbaa99887766554433221100';

/** A file of one key. */
function keyFile(line: string): string {
  const path = join(temporaryFolder(), 'keys.psk');
  writeFileSync(path, `${line}\n`);
  return path;
}

/** Puts TLS on a new connection to the server at `uri`, with that key. Rejects if the server refuses. */
async function secured(uri: string, line: string): Promise<TLSSocket> {
  const client = await RawClient.connect(uri.replace('nbds', 'nbd'));
  expect(await client.option(Option.STARTTLS)).toBe(OptionReply.ACK);
  const [identity = '', key = ''] = line.split(':');
  const psk = Buffer.from(key, 'hex');
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: client.handOver(),
      pskCallback: () => ({ psk, identity }),
      ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
      maxVersion: 'TLSv1.2',
      checkServerIdentity: () => undefined,
    });
    onTestFinished(() => void socket.destroy());
    socket.once('secureConnect', () => resolve(socket)).on('error', reject);
  });
}

test('an address that requires TLS is announced as nbds, and nothing is served without it', async () => {
  const program = start(['--listen', 'nbd://127.0.0.1:0', '--tls-psk', keyFile(OLD)]);
  const [uri = ''] = await program.listening();
  expect(uri).toMatch(/^nbds:\/\/127\.0\.0\.1:\d+\/demo$/);

  const client = await RawClient.connect(uri.replace('nbds', 'nbd'));
  expect(await client.option(Option.LIST)).toBe(OptionReply.ERR_TLS_REQD);
  await expect(secured(uri, OLD)).resolves.toBeDefined();
  await expect(secured(uri, NEW)).rejects.toThrow(/alert/);
  await program.says('client cannot be put under TLS');
  expect(program.stderr).toContain('?tls-psk-file=');
  expect(program.stderr).not.toContain(OLD.slice(6));
});

test.each(WORKERS)(
  'SIGHUP reads the keys anew, in %s workers, and keeps the old ones if it cannot',
  async (workers) => {
    const path = keyFile(OLD);
    const program = start([
      '--workers',
      workers,
      '--listen',
      'nbds://127.0.0.1:0',
      '--tls-psk',
      path,
    ]);
    const [uri = ''] = await program.listening();
    const early = await secured(uri, OLD);

    writeFileSync(path, 'alice');
    program.signal('SIGHUP');
    await program.says(`what was read before stays in force: ${path}:1: expected NAME:KEY`);
    await expect(secured(uri, OLD)).resolves.toBeDefined();

    writeFileSync(path, NEW);
    program.signal('SIGHUP');
    await program.says('read anew');
    // Several, so that each worker has its share.
    for (let i = 0; i < 4 * Number(workers); i++) {
      await expect(secured(uri, OLD)).rejects.toThrow(/alert/);
      await expect(secured(uri, NEW)).resolves.toBeDefined();
    }
    expect(early.destroyed).toBe(false);

    program.signal('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0 });
  },
);

test('certificates that are not there exit with 1 and one line', async () => {
  const folder = temporaryFolder();
  expect(await finish(['--tls-certificates', 'pki'], { cwd: folder })).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'nbd-demo-server: pki/server-cert.pem cannot be read: ENOENT: no such file or directory\n',
  });
});

test('an export of a configuration file can be for clients under TLS only', async () => {
  const folder = temporaryFolder();
  const config = {
    listen: ['nbd://127.0.0.1:0'],
    tls: 'on',
    tlsPsk: keyFile(OLD),
    exports: { open: 'memory:1M', sealed: { spec: 'memory:1M', tls: 'require' } },
  };
  writeFileSync(join(folder, 'nbd.json'), JSON.stringify(config));
  const program = start(['--config', 'nbd.json'], { cwd: folder });
  const [uri = ''] = await program.listening();
  expect(uri).toMatch(/^nbd:/);

  const client = await RawClient.connect(uri);
  await expect(client.go('sealed')).rejects.toThrow(String(OptionReply.ERR_TLS_REQD));
  expect(await client.go('open')).toMatchObject({ size: 2 ** 20 });
  await expect(secured(uri, OLD)).resolves.toBeDefined();
});

test('where the default export is for clients under TLS only, so are the lines to try', async () => {
  const folder = temporaryFolder();
  const config = {
    listen: ['nbd://127.0.0.1:0'],
    tls: 'on',
    tlsPsk: keyFile(OLD),
    exports: { sealed: { spec: 'memory:1M', tls: 'require' } },
  };
  writeFileSync(join(folder, 'nbd.json'), JSON.stringify(config));
  const program = start(['--config', 'nbd.json'], { cwd: folder });
  await program.says('Ctrl-C ends the server');
  expect(program.stderr).toMatch(/nbdinfo 'nbds:.*sealed\?tls-psk-file=/);
  expect(program.stderr).not.toContain('nbd-client');
});
