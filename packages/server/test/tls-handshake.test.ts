/** TLS handshakes that fail, stall, or are cut off: each ends its own connection, and no other. */
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Server } from '../src/index.ts';
import { content, read } from './client-bytes.ts';
import {
  AUTHORITY,
  certificates,
  enterUnderTls,
  haggleUnderTls,
  IMPOSTOR,
  startTls,
} from './secure-client.ts';
import { allGone, type LogLine, READS, recordingLog, serving } from './serving.ts';
import { enter, type SocketClient } from './socket-client.ts';

const TLS = { certificates: certificates() };
const OLD_CIPHERS = 'DEFAULT@SECLEVEL=0';

/** What a client of TLS says first. */
async function clientHello(): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const socket = new Duplex({
      read: () => undefined,
      write: (bytes: Uint8Array) => resolve(bytes),
    });
    connect({ socket }).on('error', () => undefined);
  });
}

/** The line about a handshake that failed. */
function failureIn(lines: readonly LogLine[]): string | undefined {
  const line = lines.find(({ message }) => message === 'client cannot be put under TLS');
  return line && `${line.level}: ${(line.fields as { err: Error }).err.message}`;
}

/** That the server serves as before. */
async function expectAtWork(server: Server): Promise<void> {
  const client = await enterUnderTls(server);
  client.says(read(0, 512));
  expect(await client.hearsReply(512)).toMatchObject({ error: 0 });
  client.socket.destroy();
}

describe.each(READS)('reads: %s', (reads) => {
  test('C-090 bytes that are no TLS close the connection', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({ reads, tls: TLS, log });
    const client = await startTls(server);
    client.says(content(4096));
    // At most an alert of TLS, as it stands on the wire.
    expect((await client.hearsRest()).length).toBeLessThanOrEqual(7);
    await allGone(server, 1);
    expect(failureIn(lines)).toBe('info: the TLS handshake failed: wrong version number');
    expect(lines.at(-1)).toMatchObject({ message: 'client left' });
    // Addresses of memory, which OpenSSL tells, are for nobody, by whatever depth a log goes to.
    expect(inspect(lines, { depth: 9 })).not.toContain('SSL routines');
    await expectAtWork(server);
  });

  test('C-090 a client that does not trust the server is closed', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({ reads, tls: TLS, log });
    const trusting = haggleUnderTls(server, { ca: IMPOSTOR.cert, maxVersion: 'TLSv1.2' });
    await expect(trusting).rejects.toMatchObject({ code: 'CERT_SIGNATURE_FAILURE' });
    await allGone(server, 1);
    expect(lines.some(({ message }) => message === 'client entered an export')).toBe(false);
    await expectAtWork(server);
  });

  test.each(['TLSv1', 'TLSv1.1'] as const)('C-092 %s is refused', async (version) => {
    const { log, lines } = recordingLog();
    const server = await serving({ reads, tls: TLS, log });
    const old = { minVersion: version, maxVersion: version, ciphers: OLD_CIPHERS };
    await expect(haggleUnderTls(server, old)).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    });
    await allGone(server, 1);
    expect(failureIn(lines)).toBe('info: the TLS handshake failed: unsupported protocol');
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('C-092 %s is served', async (version) => {
    const server = await serving({ reads, tls: TLS });
    const client = await enterUnderTls(server, { minVersion: version, maxVersion: version });
    client.says(read(0, 100_000));
    expect(await client.hearsReply(100_000)).toMatchObject({ error: 0 });
  });

  const ways: readonly (readonly [string, (client: SocketClient) => void])[] = [
    ['sends a FIN', (client) => client.leaves()],
    ['sends a RST', (client) => client.resets()],
    ['is destroyed', (client) => client.socket.destroy()],
  ];
  test.each(ways)(
    'C-095 C-090 a client that %s anywhere in its first message is seen off at once',
    async (_way, vanish) => {
      const hello = await clientHello();
      const server = await serving({ reads, tls: TLS, handshakeTimeout: 0 });
      const lengths = Array.from({ length: 25 }, (_, i) => Math.floor((i * hello.length) / 24));
      await Promise.all(
        lengths.map(async (length) => {
          const client = await startTls(server);
          await client.saysAll(hello.subarray(0, length));
          vanish(client);
          await client.closed;
        }),
      );
      await allGone(server, lengths.length);
      expect(server.counters.connections.total).toBe(lengths.length);
      await expectAtWork(server);
    },
  );

  test('C-028 the deadline of the handshake holds for one of TLS that says nothing', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({ reads, tls: TLS, log, handshakeTimeout: 100 });
    const client = await startTls(server);
    expect(await client.hearsRest()).toHaveLength(0);
    await allGone(server, 1);
    expect(lines.map(({ message }) => message)).toEqual([
      'client connected',
      'client took too long for its handshake',
      'client left',
    ]);
  });

  test('C-028 and for one that dribbles', async () => {
    const hello = await clientHello();
    const server = await serving({ reads, tls: TLS, handshakeTimeout: 100 });
    const client = await startTls(server);
    let at = 0;
    const dribble = setInterval(() => {
      if (at < hello.length - 1) client.says(hello.subarray(at, ++at));
    }, 2);
    expect(await client.hearsRest()).toHaveLength(0);
    clearInterval(dribble);
    await allGone(server, 1);
  });

  test('C-028 and, after TLS is up, until an export is entered', async () => {
    const server = await serving({ reads, tls: TLS, handshakeTimeout: 250 });
    const client = await haggleUnderTls(server);
    expect(await client.hearsRest()).toHaveLength(0);
    await allGone(server, 1);
  });

  test('C-285 C-097 a shutdown in the middle of a TLS handshake ends it, with no word in the clear', async () => {
    const hello = await clientHello();
    const { log, lines } = recordingLog();
    const server = await serving({ reads, tls: TLS, log, handshakeTimeout: 0 });
    const [silent, half] = [await startTls(server), await startTls(server)];
    await half.saysAll(hello.subarray(0, 100));
    const { cut } = await server.close({ timeout: 5000 });
    expect(cut).toBe(0);
    expect(await silent.hearsRest()).toHaveLength(0);
    expect(await half.hearsRest()).toHaveLength(0);
    // It was we who hung up: that is no failure of the clients.
    expect(failureIn(lines)).toBeUndefined();
  });

  test('C-006 handshakes of many clients at a time are told apart', async () => {
    const server = await serving({ reads, tls: { ...TLS, mode: 'on' } });
    const hello = await clientHello();
    const clients = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        if (i % 3 === 0) return enterUnderTls(server, { ca: AUTHORITY.cert });
        if (i % 3 === 1) return enter(server);
        const failing = await startTls(server);
        failing.says(hello.subarray(0, 50));
        failing.leaves();
        return failing;
      }),
    );
    for (const [i, client] of clients.entries()) {
      if (i % 3 === 2) continue;
      client.says(read(i, 512, i));
      expect(await client.hearsReply(512)).toMatchObject({ error: 0, cookie: i });
    }
  });
});
