/** Under TLS the channel keeps the same rules as in the clear: back-pressure, half-close, order of the end. */
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { concat, content, disconnect, go, read, write } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { shortenPatience } from './patience.ts';
import {
  AUTHORITY,
  certificates,
  enterUnderTls,
  haggleUnderTls,
  secured,
  startTls,
} from './secure-client.ts';
import { allGone, READS, serving } from './serving.ts';
import { enter, meanwhile, SocketClient } from './socket-client.ts';

const TLS = { mode: 'on', certificates: certificates() } as const;
/** Content types of TLS records. Spec: RFC 5246, section 6.2.1. */
const ALERT = 21;
/** Each is a record of its own: a million of them take longer than a test may. */
const PIECES_MAX = 1000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** A socket behind which the types of all records that come are kept. */
function tapped({ socket }: SocketClient): {
  readonly tap: Duplex;
  readonly types: () => readonly number[];
} {
  const heard: Uint8Array[] = [];
  const tap = new Duplex({
    read: () => void socket.resume(),
    write: (bytes: Uint8Array, _encoding, done) => void socket.write(bytes, done),
    final: (done) => void socket.end(done),
  });
  socket.on('data', (bytes: Uint8Array) => {
    heard.push(bytes);
    tap.push(bytes);
  });
  socket.on('end', () => tap.push(null));
  const types = (): readonly number[] => {
    const bytes = Buffer.from(concat(...heard));
    const found: number[] = [];
    for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
      found.push(bytes.readUInt8(at));
    }
    return found;
  };
  return { tap, types };
}

describe.each(READS)('reads: %s', (reads) => {
  test('C-003 whatever the sizes and the cuts, bytes arrive as they were', async () => {
    const server = await serving({ reads, tls: TLS });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 40_000 }),
        async (lengths, piece) => {
          const client = await enterUnderTls(server);
          const said = concat(
            ...lengths.flatMap((length, i) => [
              write(i * 512, content(length, i), i),
              read(i * 512, length, i),
            ]),
          );
          const step = Math.max(piece, Math.ceil(said.length / PIECES_MAX));
          for (let at = 0; at < said.length; at += step) client.says(said.subarray(at, at + step));
          for (const [i, length] of lengths.entries()) {
            expect(await client.hearsReply()).toMatchObject({ error: 0, cookie: i });
            const { error, data } = await client.hearsReply(length);
            expect(error).toBe(0);
            expect(Buffer.compare(data, content(length, i))).toBe(0);
          }
          client.socket.destroy();
        },
      ),
      { numRuns: 15 },
    );
  });

  test('C-188 a client that does not read its replies is served no further until it does', async () => {
    const server = await serving({ reads, tls: TLS });
    const client = await enterUnderTls(server);
    const other = await enter(server);
    client.socket.pause();
    const count = 200;
    client.says(...Array.from({ length: count }, (_, i) => read(0, 2 ** 20, i)));
    let served = -1;
    // Until nothing more is served while another client is.
    for (let still = 0; still < 20; ) {
      other.says(read(0, 512));
      await other.hearsReply(512);
      const now = server.counters.bytesRead;
      still = now - served <= 512 ? still + 1 : 0;
      served = now;
    }
    expect(served).toBeLessThan(64 * 2 ** 20);
    client.socket.resume();
    for (let i = 0; i < count; i++) {
      expect(await client.hearsReply(2 ** 20)).toMatchObject({ error: 0, cookie: i });
    }
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'C-007 E-08 a client of %s that ends its side hears all replies first',
    async (version) => {
      const disk = new HeldDisk();
      const server = await serving({ reads, tls: TLS, exports: { disk } });
      const client = await enterUnderTls(server, { minVersion: version, maxVersion: version });
      client.socket.allowHalfOpen = true;
      client.says(read(0, 100_000, 1), read(0, 512, 2));
      await disk.holds(2);
      await client.leavesAll();
      await meanwhile(server);
      disk.letGo();
      expect(await client.hearsReply(100_000)).toMatchObject({ error: 0, cookie: 1 });
      expect(await client.hearsReply(512)).toMatchObject({ error: 0, cookie: 2 });
      expect(await client.hearsRest()).toHaveLength(0);
      await allGone(server, 2);
    },
  );

  test('C-280 C-094 after DISC the last replies come, then the end of TLS, then that of TCP', async () => {
    const disk = new HeldDisk();
    const server = await serving({ reads, tls: TLS, exports: { disk } });
    const plain = await startTls(server);
    plain.handsOver();
    const { tap, types } = tapped(plain);
    const socket = connect({
      socket: tap,
      host: '127.0.0.1',
      ca: AUTHORITY.cert,
      maxVersion: 'TLSv1.2',
    });
    const client = new SocketClient(socket);
    client.says(go(), read(0, 5000, 3), disconnect());
    await disk.holds(1);
    disk.letGo();
    await plain.closed;
    const heard = Buffer.from(await client.hearsRest());
    expect(heard.subarray(-5000).equals(new Uint8Array(5000))).toBe(true);
    expect(types().indexOf(ALERT)).toBe(types().length - 1);
    await allGone(server, 1);
  });

  test('C-282 C-094 a shutdown under TLS is told, and ends TLS before TCP', async () => {
    const server = await serving({ reads, tls: TLS });
    const client = await enterUnderTls(server);
    const ended = new Promise((resolve) => {
      client.socket.once('end', resolve);
    });
    const { cut } = await server.close({ timeout: 5000 });
    await ended;
    expect(cut).toBe(0);
    expect(client.error).toBeUndefined();
  });

  test('C-006 a client under TLS that resets ends its own session alone', async () => {
    const disk = new HeldDisk();
    const server = await serving({ reads, tls: TLS, exports: { disk } });
    for (const state of ['haggling', 'idle', 'waiting', 'sending'] as const) {
      const plain = await startTls(server);
      const client = await secured(plain);
      if (state !== 'haggling') client.says(go(), read(0, 512));
      if (state !== 'haggling') await disk.holds(1);
      if (state === 'idle') disk.letGo();
      if (state === 'sending') client.says(write(0, content(100_000)).subarray(0, 70_000));
      plain.resets();
      await plain.closed;
      disk.letGo();
    }
    await allGone(server, 4);
    expect(disk.closed).toBe(0);
  });

  test('C-095 bytes that break TLS end the session, and nothing behind them is served', async () => {
    const server = await serving({ reads, tls: TLS });
    const plain = await startTls(server);
    plain.handsOver();
    const { tap } = tapped(plain);
    const socket = connect({ socket: tap, host: '127.0.0.1', ca: AUTHORITY.cert });
    const client = new SocketClient(socket);
    client.says(go());
    await client.hears(1);
    // Taken for a record of TLS, the request would be this long at the most.
    plain.says(read(0, 512), content(20_000));
    await plain.closed;
    await allGone(server, 1);
    expect(server.counters.requests['READ']).toBe(0);
  });

  test('C-012 a client under TLS that neither reads its last reply nor closes is closed after a while', async () => {
    const server = await serving({ reads, tls: TLS });
    const client = await enterUnderTls(server);
    shortenPatience();
    client.socket.pause();
    client.says(read(0, 2 ** 20 - 64), disconnect());
    await allGone(server, 1);
    expect(client.socket.destroyed).toBe(false);
    client.socket.destroy();
  });

  test('C-280 a client under TLS that reads its last reply slowly and steadily gets all of it', async () => {
    const disk = new HeldDisk();
    const server = await serving({ reads, tls: TLS, exports: { disk } });
    const client = await enterUnderTls(server);
    shortenPatience(200);
    client.socket.pause();
    const cookies = [1, 2, 3];
    client.says(...cookies.map((cookie) => read(0, disk.size, cookie)), disconnect());
    await disk.holds(cookies.length);
    const whole = client.hearsRest();
    disk.letGo();
    // Opens for a moment in each tenth of a patience, for several patiences together.
    const reading = setInterval(() => {
      client.socket.resume();
      setImmediate(() => client.socket.pause());
    }, 20);
    onTestFinished(() => clearInterval(reading));
    expect(await whole).toHaveLength(cookies.length * (16 + disk.size));
  });

  test('C-012 what a client still says after the end does not destroy the last words', async () => {
    const server = await serving({ reads, tls: TLS });
    const client = await haggleUnderTls(server);
    client.says(go(), read(0, 300_000, 1), disconnect(), content(500_000));
    const heard = await client.hearsRest();
    expect(heard.length).toBeGreaterThan(300_000);
    await allGone(server, 1);
  });
});
