/** Whom a server lets in, by certificate or by key, and what it then knows of them. */
import { exportLookup, type ExportContext, type TlsPeer } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { describe, expect, test } from 'vitest';
import type { Server, TlsOptions } from '../src/index.ts';
import {
  type Certificate,
  fingerprintOf,
  hoursFromNow,
  makeCertificate,
  makeRevocations,
} from './certificate.ts';
import { go } from './client-bytes.ts';
import {
  ALICE,
  AUTHORITY,
  certificates,
  certificatesWithRevocations,
  enters,
  enterUnderTls,
  IMPOSTOR,
  type SecureOptions,
  showing,
} from './secure-client.ts';
import { allGone, READS, recordingLog, serving } from './serving.ts';

const VERIFYING = { certificates: certificates(), verifyPeer: true };
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

const SUBJECT = [['CN', 'mallory']] as const;
const EXPIRED = makeCertificate({
  subject: SUBJECT,
  issuedBy: AUTHORITY,
  validFrom: hoursFromNow(-2),
  validTo: hoursFromNow(-1),
});
const FROM_TOMORROW = makeCertificate({
  subject: SUBJECT,
  issuedBy: AUTHORITY,
  validFrom: hoursFromNow(24),
  validTo: hoursFromNow(48),
});
const OF_ANOTHER = makeCertificate({ subject: SUBJECT, issuedBy: IMPOSTOR });
/** Alice is no authority, whatever she signs. */
const BY_ALICE = makeCertificate({ subject: SUBJECT, issuedBy: ALICE });
const WITH_ALICE = { ...BY_ALICE, cert: BY_ALICE.cert + ALICE.cert };
const BY_ITSELF = makeCertificate({ subject: SUBJECT });

interface Watched {
  readonly server: Server;
  /** What the source was told of each client that asked. */
  readonly contexts: readonly ExportContext[];
  readonly refusal: () => string | undefined;
}

async function watchedServer(reads: 'shared' | 'own', tls: TlsOptions): Promise<Watched> {
  const contexts: ExportContext[] = [];
  const { log, lines } = recordingLog();
  const source = exportLookup({
    open(_name, context) {
      contexts.push(context);
      return memoryDriver({ size: 4096 });
    },
  });
  const server = await serving({ reads, tls, source, log });
  const refusal = (): string | undefined => {
    const line = lines.find(({ message }) => message === 'client cannot be put under TLS');
    return (line?.fields as { err: Error } | undefined)?.err.message;
  };
  return { server, contexts, refusal };
}

describe.each(READS.flatMap((reads) => VERSIONS.map((version) => ({ reads, version }))))(
  'reads: $reads, $version',
  ({ reads, version }) => {
    const only = { minVersion: version, maxVersion: version };

    test('C-096 a client with a certificate is known by its name and fingerprint', async () => {
      const { server, contexts } = await watchedServer(reads, VERIFYING);
      expect(await enters(server, { ...only, ...showing(ALICE) })).toBe(true);
      expect(contexts.map(({ tls }) => tls)).toEqual([
        { identity: 'CN=alice, O=Example', fingerprint: fingerprintOf(ALICE) },
      ]);
    });

    test('C-096 a client without one is refused, and nothing is told or opened', async () => {
      const { server, contexts, refusal } = await watchedServer(reads, VERIFYING);
      expect(await enters(server, only)).toBe(false);
      await allGone(server, 1);
      expect(refusal()).toBe('the TLS handshake failed: peer did not return a certificate');
      expect(contexts).toEqual([]);
    });

    const refused: readonly (readonly [string, Certificate, string])[] = [
      ['that has expired', EXPIRED, 'CERT_HAS_EXPIRED'],
      ['that is not valid yet', FROM_TOMORROW, 'CERT_NOT_YET_VALID'],
      ['of another authority of the same name', OF_ANOTHER, 'CERT_SIGNATURE_FAILURE'],
      ['signed by a client', WITH_ALICE, 'INVALID_PURPOSE'],
      ['signed by itself', BY_ITSELF, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ];
    test.each(refused)('C-096 a certificate %s is refused', async (_what, certificate, code) => {
      const { server, contexts, refusal } = await watchedServer(reads, VERIFYING);
      expect(await enters(server, { ...only, ...showing(certificate) })).toBe(false);
      await allGone(server, 1);
      expect(refusal()).toBe(`the certificate of the client is refused: ${code}`);
      expect(contexts).toEqual([]);
    });

    test('C-096 a certificate that was revoked is refused, and another is not', async () => {
      const BOB = makeCertificate({ subject: [['CN', 'bob']], issuedBy: AUTHORITY });
      const tls = { certificates: certificatesWithRevocations([ALICE]), verifyPeer: true };
      const { server, contexts, refusal } = await watchedServer(reads, tls);
      expect(await enters(server, { ...only, ...showing(BOB) })).toBe(true);
      expect(await enters(server, { ...only, ...showing(ALICE) })).toBe(false);
      expect(refusal()).toBe('the certificate of the client is refused: CERT_REVOKED');
      expect(contexts.map(({ tls: peer }) => peer?.identity)).toEqual(['CN=bob']);
    });

    test('C-096 several authorities, each with its own list of revocations, are all heard', async () => {
      const second = makeCertificate({ subject: [['CN', 'second authority']] });
      const [bob, carol] = ['bob', 'carol'].map((name) =>
        makeCertificate({ subject: [['CN', name]], issuedBy: second }),
      ) as [Certificate, Certificate];
      const caCrl = makeRevocations(AUTHORITY) + makeRevocations(second, [bob]);
      const caCert = AUTHORITY.cert + second.cert;
      const tls = { certificates: { ...certificates(), caCert, caCrl }, verifyPeer: true };
      const { server, contexts, refusal } = await watchedServer(reads, tls);
      expect(await enters(server, { ...only, ...showing(ALICE) })).toBe(true);
      expect(await enters(server, { ...only, ...showing(carol) })).toBe(true);
      expect(await enters(server, { ...only, ...showing(bob) })).toBe(false);
      expect(refusal()).toBe('the certificate of the client is refused: CERT_REVOKED');
      expect(contexts).toHaveLength(2);
    });

    test('C-096 a certificate without a subject is let in without a name', async () => {
      const nameless = makeCertificate({ subject: [], issuedBy: AUTHORITY });
      const { server, contexts } = await watchedServer(reads, VERIFYING);
      expect(await enters(server, { ...only, ...showing(nameless) })).toBe(true);
      expect(contexts.map(({ tls }) => tls)).toEqual([
        { identity: '', fingerprint: fingerprintOf(nameless) },
      ]);
    });

    test('what a subject is made of cannot be taken for another one, nor break a line', async () => {
      const forged = [['CN', 'a\n\0\u001b[2J, O=Example + "x"']] as const;
      const odd = makeCertificate({ subject: forged, issuedBy: AUTHORITY });
      const { server, contexts } = await watchedServer(reads, VERIFYING);
      expect(await enters(server, { ...only, ...showing(odd) })).toBe(true);
      expect(contexts.map(({ tls }) => tls?.identity)).toEqual([
        String.raw`CN=a\0A\00\1B[2J\, O=Example \+ \"x\"`,
      ]);
    });

    test('where clients are not verified, their certificates are not asked for', async () => {
      const { server, contexts } = await watchedServer(reads, { certificates: certificates() });
      expect(await enters(server, { ...only, ...showing(OF_ANOTHER) })).toBe(true);
      expect(contexts.map(({ tls }) => tls)).toEqual([{}]);
    });

    const keys = new Map([
      ['alice', Uint8Array.from({ length: 32 }, (_, i) => i)],
      ['bob', Uint8Array.from({ length: 32 }, (_, i) => i + 1)],
    ]);
    function knowing(identity: string, psk: Uint8Array = new Uint8Array(0)): SecureOptions {
      const ciphers = 'TLS_AES_128_GCM_SHA256:ECDHE-PSK-CHACHA20-POLY1305';
      const known = { psk: Buffer.from(psk), identity };
      return { ...only, ciphers, pskCallback: () => known, checkServerIdentity: () => undefined };
    }

    test('C-096 a client with a pre-shared key is known by its name', async () => {
      const { server, contexts } = await watchedServer(reads, { preSharedKeys: keys });
      for (const [name, key] of keys) expect(await enters(server, knowing(name, key))).toBe(true);
      expect(contexts.map(({ tls }) => tls)).toEqual([{ identity: 'alice' }, { identity: 'bob' }]);
    });

    test.each([
      ['the key of another', 'alice', keys.get('bob')],
      ['a name that is not known', 'mallory', keys.get('alice')],
      ['no name', '', keys.get('alice')],
    ])('C-096 a client with %s is refused', async (_what, name, key) => {
      const { server, contexts, refusal } = await watchedServer(reads, { preSharedKeys: keys });
      expect(await enters(server, knowing(name, key))).toBe(false);
      await allGone(server, 1);
      expect(refusal()).toMatch(/^the TLS handshake failed: /);
      expect(contexts).toEqual([]);
    });

    test('C-096 a name that is not known fails as a wrong key does, so that names cannot be tried out', async () => {
      const told = new Set<string>();
      const logged: (string | undefined)[] = [];
      for (const name of ['alice', 'mallory']) {
        const { server, refusal } = await watchedServer(reads, { preSharedKeys: keys });
        const options = knowing(name, new Uint8Array(32));
        const error = await enterUnderTls(server, options).catch((reason: Error) => reason);
        await allGone(server, 1);
        const words = error instanceof Error ? error.message.replace(/^[0-9A-F]+/, '') : 'entered';
        told.add(words);
        logged.push(refusal());
      }
      expect([...told]).toEqual([expect.not.stringMatching(/^entered/)]);
      expect(logged).toEqual([
        expect.not.stringContaining('no key'),
        'the TLS handshake failed: there is no key of the name that the client gave',
      ]);
    });

    test('C-096 where keys are asked for, a client without one is refused', async () => {
      const { server, contexts } = await watchedServer(reads, { preSharedKeys: keys });
      expect(await enters(server, { ...only, rejectUnauthorized: false })).toBe(false);
      await allGone(server, 1);
      expect(contexts).toEqual([]);
    });
  },
);

test('the events of a server tell who is under TLS', async () => {
  const server = await serving({ tls: { ...VERIFYING, mode: 'on' } });
  const peers: (TlsPeer | undefined)[] = [];
  server.on('connect', ({ tls }) => peers.push(tls));
  server.on('disconnect', ({ tls }) => peers.push(tls));
  const client = await enterUnderTls(server, showing(ALICE));
  client.leaves();
  await allGone(server, 1);
  expect(peers).toEqual([
    undefined,
    { identity: 'CN=alice, O=Example', fingerprint: fingerprintOf(ALICE) },
  ]);
});

test('the log tells who entered, and nothing of a key', async () => {
  const { log, lines } = recordingLog();
  const key = Uint8Array.from(Buffer.from('5ec7e75ec7e75ec7e75ec7e75ec7e75e', 'hex'));
  const server = await serving({ log, tls: { preSharedKeys: new Map([['alice', key]]) } });
  const psk = { psk: Buffer.from(key), identity: 'alice' };
  const client = await enterUnderTls(server, {
    pskCallback: () => psk,
    checkServerIdentity: () => undefined,
    ciphers: 'TLS_AES_128_GCM_SHA256',
  });
  client.says(go());
  client.socket.destroy();
  await allGone(server, 1);
  expect(lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'debug: client connected',
    'debug: client is under TLS',
    'info: client entered an export',
    expect.stringMatching(/client left$/),
  ]);
  expect(lines[2]?.fields).toMatchObject({ identity: 'alice', export: 'disk' });
  expect(JSON.stringify(lines)).not.toMatch(/5ec7e7/i);
});
