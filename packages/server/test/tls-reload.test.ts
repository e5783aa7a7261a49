/** New certificates for new connections, while the old ones go on. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { Server } from '../src/index.ts';
import { type Certificate, fingerprintOf, makeCertificate } from './certificate.ts';
import { read } from './client-bytes.ts';
import {
  ALICE,
  AUTHORITY,
  certificates,
  certificatesWithRevocations,
  enters,
  enterUnderTls,
  SERVER,
  showing,
  startTls,
  secured,
} from './secure-client.ts';
import { READS, serving, temporaryFolder, TCP } from './serving.ts';
import type { SocketClient } from './socket-client.ts';

const NEXT = makeCertificate({ subject: [['CN', 'server']], issuedBy: AUTHORITY });

function fillFolder(folder: string, { cert, key }: Certificate): void {
  writeFileSync(join(folder, 'server-cert.pem'), cert);
  writeFileSync(join(folder, 'server-key.pem'), key);
}

/** The fingerprint of the certificate that a client was shown. */
function shownTo(client: SocketClient): string | undefined {
  return (client.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256;
}

async function shownToNewcomer(server: Server): Promise<string | undefined> {
  return shownTo(await enterUnderTls(server));
}

describe.each(READS)('reads: %s', (reads) => {
  test('C-097 a reload is for those who come after it, and the others do not notice', async () => {
    const folder = temporaryFolder();
    fillFolder(folder, SERVER);
    const server = await serving({ reads, tls: { certificates: folder } });
    const early = await enterUnderTls(server);
    const between = await startTls(server);
    early.says(...Array.from({ length: 40 }, (_, i) => read(i * 512, 65_536, i)));
    fillFolder(folder, NEXT);
    expect(await shownToNewcomer(server)).toBe(fingerprintOf(SERVER));
    await server.reloadTls();
    expect(await shownToNewcomer(server)).toBe(fingerprintOf(NEXT));
    for (let i = 0; i < 40; i++) {
      expect(await early.hearsReply(65_536)).toMatchObject({ error: 0, cookie: i });
    }
    early.says(read(0, 512, 77));
    expect(await early.hearsReply(512)).toMatchObject({ error: 0, cookie: 77 });
    expect(shownTo(early)).toBe(fingerprintOf(SERVER));
    // Its handshake had begun with the old one.
    expect(shownTo(await secured(between))).toBe(fingerprintOf(SERVER));
  });

  test('what cannot be used leaves the old in force, and says why', async () => {
    const folder = temporaryFolder();
    fillFolder(folder, SERVER);
    const server = await serving({ reads, tls: { certificates: folder } });
    fillFolder(folder, { ...NEXT, key: SERVER.key });
    await expect(server.reloadTls()).rejects.toThrow('found that of another certificate');
    expect(await shownToNewcomer(server)).toBe(fingerprintOf(SERVER));
    rmSync(join(folder, 'server-key.pem'));
    await expect(server.reloadTls()).rejects.toThrow('server-key.pem cannot be read: ENOENT');
    expect(await shownToNewcomer(server)).toBe(fingerprintOf(SERVER));
    fillFolder(folder, NEXT);
    await server.reloadTls();
    expect(await shownToNewcomer(server)).toBe(fingerprintOf(NEXT));
  });

  test('other options can come with it, and stay for the next', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'next'));
    fillFolder(join(folder, 'next'), NEXT);
    const server = await serving({ reads, tls: { certificates: certificates() } });
    await server.reloadTls({ certificates: join(folder, 'next') });
    expect(await shownToNewcomer(server)).toBe(fingerprintOf(NEXT));
    fillFolder(join(folder, 'next'), SERVER);
    await server.reloadTls();
    expect(await shownToNewcomer(server)).toBe(fingerprintOf(SERVER));
    await expect(server.reloadTls({})).rejects.toThrow(TypeError);
  });

  test('of two at a time, the one that was asked for last holds, however long the first takes', async () => {
    const folder = temporaryFolder();
    fillFolder(folder, SERVER);
    const server = await serving({ reads, tls: { certificates: certificates() } });
    // Files take a while to read, texts do not.
    const fromFiles = server.reloadTls({ certificates: folder });
    const fromTexts = server.reloadTls({ certificates: certificates(NEXT) });
    const failing = server.reloadTls({ certificates: join(folder, 'none') });
    await Promise.all([fromFiles, fromTexts, expect(failing).rejects.toThrow('ENOENT')]);
    expect(await shownToNewcomer(server)).toBe(fingerprintOf(NEXT));
  });

  test('C-096 a client that was revoked is refused from then on, and has no session to resume', async () => {
    const tls = { certificates: certificates(), verifyPeer: true };
    const server = await serving({ reads, tls });
    const first = await enterUnderTls(server, showing(ALICE));
    const session = (first.socket as TLSSocket).getSession();
    await server.reloadTls({ ...tls, certificates: certificatesWithRevocations([ALICE]) });
    const again = { ...showing(ALICE), ...(session !== undefined && { session }) };
    expect(await enters(server, again)).toBe(false);
    first.says(read(0, 512));
    expect(await first.hearsReply(512)).toMatchObject({ error: 0 });
  });
});

test('a server without TLS has nothing to reload', async () => {
  const server = await serving({ listen: TCP });
  await expect(server.reloadTls()).rejects.toThrow('this server has no TLS to reload');
});
