import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findPreSharedKey, tlsOptions } from './tls-options.ts';

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nbd-client-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

describe('TLS as a client asks for it (K-011)', () => {
  it('E-49 is verified, for the name of the host, and at least 1.2, unless one says otherwise', async () => {
    expect(await tlsOptions({}, 'example.com')).toEqual({
      minVersion: 'TLSv1.2',
      host: 'example.com',
      servername: 'example.com',
      rejectUnauthorized: true,
    });
    expect(await tlsOptions({ hostname: 'other', verifyPeer: false }, '::1')).toMatchObject({
      servername: 'other',
      rejectUnauthorized: false,
    });
    expect(await tlsOptions({}, '::1')).toMatchObject({ host: '::1', servername: '' });
  });

  it('takes what is in a folder, and what is given by hand before it', async () => {
    const certificates = await folderWith({
      'ca-cert.pem': 'CA',
      'client-cert.pem': 'CERT',
      'client-key.pem': 'KEY',
    });
    const options = await tlsOptions({ certificates, ca: 'MINE' }, 'h');
    expect(options).toMatchObject({
      ca: 'MINE',
      cert: Buffer.from('CERT'),
      key: Buffer.from('KEY'),
    });
    const onlyAuthority = await folderWith({ 'ca-cert.pem': 'CA' });
    const other = await tlsOptions({ certificates: onlyAuthority }, 'h');
    expect(other.ca).toEqual(Buffer.from('CA'));
    expect(other).not.toHaveProperty('cert');
  });

  it('is refused where a part is missing', async () => {
    await expect(tlsOptions({ cert: 'C' }, 'h')).rejects.toThrow('found cert without key');
    await expect(tlsOptions({ key: 'K' }, 'h')).rejects.toThrow('found key without cert');
    const certificates = '/nowhere/certificates';
    await expect(tlsOptions({ certificates }, 'h')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(tlsOptions({ pskFile: '/nowhere/keys.psk' }, 'h')).rejects.toMatchObject({
      name: 'NbdError',
      code: 'ENOENT',
    });
  });

  it('with a pre-shared key still refuses the certificate of another host', async () => {
    const psk = { identity: 'alice', key: new Uint8Array(16) };
    const { checkServerIdentity } = await tlsOptions({ psk }, 'h');
    type Certificate = Parameters<NonNullable<typeof checkServerIdentity>>[1];
    expect(checkServerIdentity?.('h', {} as Certificate)).toBeUndefined();
    const others = { subject: { CN: 'other' }, subjectaltname: 'DNS:other' } as Certificate;
    expect(checkServerIdentity?.('h', others)).toBeInstanceOf(Error);
  });
});

describe('a file of pre-shared keys', () => {
  it('has one line for each identity, which may contain colons', () => {
    const text = '# keys: two\n\nbob:00ff \nurn:x:1:0a0B\r\n#c3a93a:0102\n  \n';
    expect(findPreSharedKey(text, 'é:').key).toEqual(Buffer.from([1, 2]));
    expect(findPreSharedKey(text, 'bob').key).toEqual(Buffer.from([0, 255]));
    expect(findPreSharedKey(text, 'urn:x:1').key).toEqual(Buffer.from([10, 11]));
    expect(findPreSharedKey('bob:00ff', undefined).identity).toBe('bob');
  });

  it.each([
    ['', undefined, 'found none'],
    ['bob:00', 'alice', 'of "alice", found none'],
    ['bob:00\neve:11', undefined, 'found 2: name an identity'],
    ['bob:0', 'bob', 'a key in hexadecimal'],
    [':00', undefined, 'a key in hexadecimal'],
    ['#ff:00', undefined, 'a key in hexadecimal'],
  ])('%j is refused', (text, identity, message) => {
    expect(() => findPreSharedKey(text, identity)).toThrow(message);
  });
});
