/** Our client and the TLS of nbdkit and qemu-nbd. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, info, type ConnectOptions } from '@nbd/client';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from '../../src/certificates.ts';
import { nbdkit, qemuNbd } from '../../src/foreign-server.ts';
import { scratchFolder } from '../../src/scratch-folder.ts';
import { needTools } from '../../src/tools.ts';

needTools('nbdkit', 'openssl', 'qemu-nbd');

/** The same server, by a URI that wants TLS. */
function secure(uri: string, query = ''): string {
  return uri.replace('nbd+unix:', 'nbds+unix:') + query;
}

async function reads(uri: string, options: ConnectOptions = {}): Promise<void> {
  const client = await connect(uri, options);
  expect(await client.read(0, 512)).toEqual(new Uint8Array(512));
  await client.close();
}

describe('certificates (K-010, K-011)', () => {
  it('of an authority that we know, for the right name, are verified', async () => {
    const folder = await makeCertificates('localhost');
    const server = await nbdkit(
      ['memory', '1M'],
      ['--tls=require', `--tls-certificates=${folder}`],
    );
    const client = await connect(secure(server.uri()), {
      credentials: { certificates: folder },
      connections: 2,
    });
    expect(client.info.framing).toBe('structured');
    expect(client.info.tls).toMatchObject({
      protocol: 'TLSv1.3',
      verified: true,
      fingerprint: expect.stringMatching(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    });
    const source = Uint8Array.from({ length: 2 ** 20 }, (_, i) => i % 251);
    await client.write(source, 0);
    expect(Buffer.from(await client.read(0, source.length)).equals(source)).toBe(true);
    await expect.poll(() => client.connections).toBe(2);
    await client.close();
  });

  it('E-49 of nobody whom we know are refused, also on a Unix socket', async () => {
    const folder = await makeCertificates('localhost');
    const other = await makeCertificates('localhost');
    const server = await nbdkit(
      ['memory', '1M'],
      ['--tls=require', `--tls-certificates=${folder}`],
    );
    await expect(connect(secure(server.uri()))).rejects.toMatchObject({
      code: expect.stringMatching(/UNABLE_TO_|SELF_SIGNED/),
    });
    const ca = await readFile(join(other, 'ca-cert.pem'));
    await expect(connect(secure(server.uri()), { credentials: { ca } })).rejects.toMatchObject({
      name: 'NbdError',
      code: expect.stringMatching(/UNABLE_TO_|CERT_SIGNATURE|SELF_SIGNED/),
    });
  });

  it('E-49 for another name are refused, unless that is the name that is asked for', async () => {
    const folder = await makeCertificates('disks.example');
    const server = await nbdkit(
      ['memory', '1M'],
      ['--tls=require', `--tls-certificates=${folder}`],
    );
    const credentials = { certificates: folder };
    await expect(connect(secure(server.uri()), { credentials })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    await reads(secure(server.uri()), {
      credentials: { ...credentials, hostname: 'disks.example' },
    });
    await reads(secure(server.uri(), '&tls-hostname=disks.example'), { credentials });
  });

  it('are not looked at if the caller says so (tls-verify-peer=0)', async () => {
    const folder = await makeCertificates('localhost');
    const server = await nbdkit(
      ['memory', '1M'],
      ['--tls=require', `--tls-certificates=${folder}`],
    );
    const told = await info(secure(server.uri(), '&tls-verify-peer=0'));
    expect(told.tls?.verified).toBe(false);
  });

  it('of a client are shown to a server that asks', async () => {
    const folder = await makeCertificates('localhost');
    const server = await nbdkit(
      ['memory', '1M'],
      ['--tls=require', `--tls-certificates=${folder}`, '--tls-verify-peer'],
    );
    const [ca, cert, key] = await Promise.all(
      ['ca-cert.pem', 'client-cert.pem', 'client-key.pem'].map((name) =>
        readFile(join(folder, name), 'utf8'),
      ),
    );
    await reads(secure(server.uri()), { credentials: { ca, cert, key } });
    await expect(reads(secure(server.uri()), { credentials: { ca } })).rejects.toMatchObject({
      name: 'NbdError',
    });
  });

  it('of qemu-nbd are verified, too', async () => {
    const folder = await makeCertificates('localhost');
    const image = join(await scratchFolder(), 'disk.raw');
    await writeFile(image, new Uint8Array(2 ** 20));
    const server = await qemuNbd(image, [
      '-f',
      'raw',
      '--tls-creds',
      'tls0',
      '--object',
      `tls-creds-x509,id=tls0,endpoint=server,dir=${folder},verify-peer=yes`,
    ]);
    await reads(secure(server.uri()), { credentials: { certificates: folder } });
    await expect(connect(server.uri())).rejects.toMatchObject({ code: 'ERR_TLS_REQD' });
  });
});

describe('pre-shared keys', () => {
  it('are TLS without certificates, from a file or in memory', async () => {
    const file = join(await scratchFolder(), 'keys.psk');
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    await writeFile(file, `bob:00112233\nalice:${Buffer.from(key).toString('hex')}\n`);
    const server = await nbdkit(['memory', '1M'], ['--tls=require', `--tls-psk=${file}`]);
    const told = await info(secure(server.uri()), {
      credentials: { psk: { identity: 'alice', key } },
    });
    expect(told.tls).toEqual({ protocol: 'TLSv1.3', cipher: expect.any(String), verified: true });
    await reads(secure(server.uri()).replace('unix://', 'unix://alice@'), {
      credentials: { pskFile: file },
    });
    await reads(
      `${secure(server.uri()).replace('unix://', 'unix://alice@')}&tls-psk-file=${file}&tls-type=psk`,
      { uriMayNameFiles: true },
    );
    const wrong = { identity: 'alice', key: new Uint8Array(32) };
    await expect(
      connect(secure(server.uri()), { credentials: { psk: wrong } }),
    ).rejects.toMatchObject({
      name: 'NbdError',
    });
  });
});

describe('how much TLS (K-002, K-010)', () => {
  it('prefer takes what there is; off takes none, and is told where that is not enough', async () => {
    const folder = await makeCertificates('localhost');
    const credentials = { certificates: folder };
    const plain = await nbdkit(['memory', '1M'], ['--tls=off']);
    const both = await nbdkit(['memory', '1M'], ['--tls=on', `--tls-certificates=${folder}`]);
    const only = await nbdkit(['memory', '1M'], ['--tls=require', `--tls-certificates=${folder}`]);
    expect((await info(plain.uri(), { tls: 'prefer', credentials })).tls).toBeUndefined();
    expect((await info(both.uri(), { tls: 'prefer', credentials })).tls?.verified).toBe(true);
    expect((await info(both.uri())).tls).toBeUndefined();
    await expect(connect(only.uri())).rejects.toMatchObject({ code: 'ERR_TLS_REQD' });
    await expect(connect(secure(plain.uri()), { credentials })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(?:POLICY|UNSUP)$/),
    });
  });
});
