/** What an operator can get wrong about TLS is told when the server starts, in one line. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { memoryDriver } from '@nbd/driver-memory';
import { describe, expect, test } from 'vitest';
import { type ServeOptions, serve } from '../src/index.ts';
import { type Certificate, hoursFromNow, makeCertificate, makeRevocations } from './certificate.ts';
import { AUTHORITY, certificates, haggleUnderTls, IMPOSTOR, SERVER } from './secure-client.ts';
import { serving, temporaryFolder } from './serving.ts';

const SUBJECT = [['CN', 'server']] as const;

/** A folder with these texts in its files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function serverFiles({ cert, key }: Certificate): Readonly<Record<string, string>> {
  return { 'server-cert.pem': cert, 'server-key.pem': key };
}

/** What `serve` says instead of serving. */
async function mistakeOf(options: ServeOptions): Promise<Error> {
  const exports = { disk: memoryDriver({ size: 512 }) };
  try {
    const server = await serve({ listen: 'nbd://127.0.0.1:0', exports, ...options });
    await server.close({ timeout: 0 });
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a mistake to be told, found a server');
}

describe('a folder of certificates', () => {
  test('needs nothing of the authority as long as clients are not verified', async () => {
    const server = await serving({ tls: { certificates: folderOf(serverFiles(SERVER)) } });
    await expect(haggleUnderTls(server)).resolves.toBeDefined();
  });

  const old = { issuedBy: AUTHORITY, validFrom: hoursFromNow(-9), validTo: hoursFromNow(-8) };
  const early = { issuedBy: AUTHORITY, validFrom: hoursFromNow(8), validTo: hoursFromNow(9) };
  const passphrase = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  }) as string;
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['is empty', {}, 'server-cert.pem cannot be read: ENOENT'],
    ['has no key', { 'server-cert.pem': SERVER.cert }, 'server-key.pem cannot be read: ENOENT'],
    [
      'has the key of another certificate',
      serverFiles({ ...SERVER, key: IMPOSTOR.key }),
      'server-key.pem: expected the key of ',
    ],
    [
      'has a certificate that is none',
      serverFiles({ ...SERVER, cert: 'no certificate' }),
      'server-cert.pem: expected a certificate in PEM, found something else',
    ],
    [
      'has a key that is none',
      serverFiles({ ...SERVER, key: SERVER.cert }),
      'server-key.pem: expected a private key in PEM, found something else',
    ],
    [
      'has a key with a passphrase',
      serverFiles({ ...SERVER, key: passphrase }),
      'server-key.pem: expected a private key in PEM, found one with a passphrase',
    ],
    [
      'has a certificate that has expired',
      serverFiles(makeCertificate({ subject: SUBJECT, ...old })),
      'server-cert.pem: the certificate has expired on ',
    ],
    [
      'has a certificate for later',
      serverFiles(makeCertificate({ subject: SUBJECT, ...early })),
      'server-cert.pem: the certificate is not valid before ',
    ],
  ])('that %s is refused', async (_what, files, says) => {
    const folder = folderOf(files);
    const { message } = await mistakeOf({ tls: { certificates: folder } });
    expect(message).toContain(`${folder}/`);
    expect(message).toContain(says);
    expect(message).not.toContain('\n');
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['no authority', {}, 'ca-cert.pem: expected the authority to verify clients by, found none'],
    ['an authority that is none', { 'ca-cert.pem': 'none' }, 'ca-cert.pem: expected a certificate'],
    [
      'a list of revocations that is none',
      { 'ca-cert.pem': AUTHORITY.cert, 'ca-crl.pem': 'none' },
      'ca-crl.pem: TLS cannot use it: ',
    ],
    [
      'a second authority that is half written',
      { 'ca-cert.pem': AUTHORITY.cert + IMPOSTOR.cert.slice(0, 200) },
      'ca-cert.pem: expected a certificate in PEM, found something else',
    ],
    [
      'a second list of revocations that is half written',
      {
        'ca-cert.pem': AUTHORITY.cert,
        'ca-crl.pem': makeRevocations(AUTHORITY) + makeRevocations(AUTHORITY).slice(0, 200),
      },
      'ca-crl.pem: TLS cannot use it: ',
    ],
  ])('with %s cannot verify clients', async (_what, files, says) => {
    const folder = folderOf({ ...serverFiles(SERVER), ...files });
    const { message } = await mistakeOf({ tls: { certificates: folder, verifyPeer: true } });
    expect(message).toContain(says);
    expect(message).not.toContain('\n');
  });

  test('a file that is a folder is told with its path', async () => {
    const folder = folderOf(serverFiles(SERVER));
    mkdirSync(join(folder, 'ca-cert.pem'));
    const { message } = await mistakeOf({ tls: { certificates: folder } });
    expect(message).toMatch(/ca-cert\.pem cannot be read: EISDIR/);
  });
});

test('texts are told by the name of their option', async () => {
  const { message } = await mistakeOf({
    tls: { certificates: { ...certificates(), serverKey: IMPOSTOR.key } },
  });
  expect(message).toBe(
    'tls.certificates.serverKey: expected the key of tls.certificates.serverCert, found that of another certificate',
  );
});

test('a file of keys is told with its path and line', async () => {
  const path = join(folderOf({ 'keys.psk': 'alice:00\nbob' }), 'keys.psk');
  const { message } = await mistakeOf({ tls: { preSharedKeys: path } });
  expect(message).toBe(`${path}:2: expected NAME:KEY, the key in hexadecimal`);
  const absent = await mistakeOf({ tls: { preSharedKeys: `${path}.not` } });
  expect(absent.message).toContain(`${path}.not cannot be read: ENOENT`);
});

describe('options that cannot be', () => {
  const sealed = { driver: memoryDriver({ size: 512 }), tls: 'require' } as const;
  const off = { mode: 'off', certificates: certificates() } as const;
  test.each<[ServeOptions, string]>([
    [
      { listen: ['nbd://127.0.0.1:0', 'nbds://127.0.0.1:0'] },
      'nbds://127.0.0.1:0 requires TLS: expected the option tls, found none',
    ],
    [{ tls: {} }, 'tls: expected either certificates or preSharedKeys, found neither'],
    [{ exports: { sealed } }, 'export "sealed" requires TLS, and no address of this server has it'],
    [
      { exports: { sealed }, tls: off },
      'export "sealed" requires TLS, and no address of this server has it',
    ],
  ])('%o', async (options, message) => {
    const mistake = await mistakeOf(options);
    expect(mistake).toBeInstanceOf(TypeError);
    expect(mistake.message).toBe(message);
  });

  test('C-097 but an export that requires TLS can be had where one address has it', async () => {
    const server = await serving({
      listen: ['nbd://127.0.0.1:0', 'nbds://127.0.0.1:0'],
      exports: { sealed },
      tls: off,
    });
    expect(server.uris[1]).toMatch(/^nbds:/);
  });
});
