/** Clients with whom nothing goes on: idle ones are left in good order, those that stall are cut, if a limit says so. */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Command } from '@nbd/codec';
import type { Driver } from '@nbd/driver';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Server } from '../src/index.ts';
import { disconnect, read, request } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { certificates, startTls } from './secure-client.ts';
import { allGone, READS, recordingLog, serving } from './serving.ts';
import { enter, meanwhile, type SocketClient } from './socket-client.ts';
import { letTimeGoOn, passTime, stopTime } from './stopped-time.ts';

const MIB = 2 ** 20;
const MILLIS = 40;

const largeDisk: Driver = {
  size: 2 ** 40,
  read: (target) => void target.fill(7),
  write: () => undefined,
};

/** A client that has asked for more than it and the system can hold, and reads nothing. */
async function stalledClient(server: Server): Promise<SocketClient> {
  const client = await enter(server);
  client.socket.pause();
  client.says(...Array.from({ length: 64 }, (_, i) => read(i * MIB, MIB, i)), disconnect());
  return client;
}

/** Lets time pass while `busy` goes on asking, until `over`; answers how often it asked. */
async function keepsAsking(busy: SocketClient, over: Promise<unknown>): Promise<number> {
  for (let asked = 0; ; asked++) {
    busy.says(read(0, 512, asked));
    expect(await busy.hearsReply(512)).toMatchObject({ error: 0, cookie: asked });
    const isOver = await Promise.race([over.then(() => true), setImmediate(false)]);
    if (isOver) return asked;
    passTime(MILLIS / 4);
  }
}

describe.each(READS)('reads: %s', (reads) => {
  // However long a machine takes to let a client in, none is quiet until the test says so.
  beforeEach(stopTime);
  afterEach(letTimeGoOn);

  test('C-012 a client without a request for `idleTimeout` is left in good order, one that asks is not', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({ reads, log, limits: { idleTimeout: MILLIS } });
    const busy = await enter(server);
    const idle = await enter(server);
    expect(await keepsAsking(busy, idle.closed)).toBeGreaterThanOrEqual(4);
    expect(idle.error).toBeUndefined();
    expect(await idle.hearsRest()).toHaveLength(0);
    expect(lines.map(({ message }) => message)).toContain('client was idle for too long');
    busy.says(disconnect());
    await allGone(server, 2);
  });

  test('a client that waits for its disk is not idle', async () => {
    const disk = new HeldDisk();
    const server = await serving({
      reads,
      exports: { disk, other: largeDisk },
      limits: { idleTimeout: MILLIS },
    });
    const waiting = await enter(server, 'disk');
    waiting.says(read(0, 512, 5));
    await disk.holds(1);
    const idle = await enter(server, 'other');
    passTime(2 * MILLIS);
    await idle.closed;
    disk.letGo();
    expect(await waiting.hearsReply(512)).toMatchObject({ error: 0, cookie: 5 });
  });

  test('without the limits nobody is cut', async () => {
    const limits = { idleTimeout: 0, stallTimeout: 0 };
    const server = await serving({ reads, exports: { disk: largeDisk }, limits });
    const stalled = await stalledClient(server);
    const idle = await enter(server);
    await meanwhile(server);
    passTime(1_000_000);
    idle.says(read(0, 512, 3));
    expect(await idle.hearsReply(512)).toMatchObject({ error: 0, cookie: 3 });
    expect(server.counters.connections.open).toBe(2);
    stalled.resets();
  });

  test('C-188 a client that asks for more than it reads, and says DISC behind it, holds its place for `stallTimeout` and no longer', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({
      reads,
      log,
      exports: { disk: largeDisk },
      limits: { stallTimeout: MILLIS },
    });
    const healthy = await enter(server);
    const gone = once(server, 'disconnect');
    await stalledClient(server);
    await keepsAsking(healthy, gone);
    expect(lines.map(({ message }) => message)).toContain('client has stalled for too long');
    expect(server.counters.connections.open).toBe(1);
  });

  test('a client that sends the head of a WRITE and nothing behind it is cut after `stallTimeout`', async () => {
    const server = await serving({
      reads,
      exports: { disk: largeDisk },
      limits: { stallTimeout: MILLIS },
    });
    const client = await enter(server);
    const idle = await enter(server);
    client.says(request({ type: Command.WRITE, length: MIB }));
    expect(await keepsAsking(idle, client.closed)).toBeGreaterThanOrEqual(4);
    expect(server.counters.requests['WRITE']).toBe(0);
    passTime(2 * MILLIS);
    idle.says(read(0, 512, 3));
    expect(await idle.hearsReply(512)).toMatchObject({ error: 0, cookie: 3 });
  });

  test('a client that begins TLS and goes no further is cut after `tlsHandshakeTimeout`, though the handshake may take for ever', async () => {
    const { log, lines } = recordingLog();
    const server = await serving({
      reads,
      log,
      handshakeTimeout: 0,
      tls: { certificates: certificates() },
      limits: { tlsHandshakeTimeout: MILLIS },
    });
    const client = await startTls(server);
    client.says(Uint8Array.of(22, 3, 1, 0x40, 0)); // a record of 16 KiB
    for (let dribbled = 0; dribbled < 4; dribbled++) {
      client.says(Uint8Array.of(0));
      await meanwhile(server);
      passTime(MILLIS / 4);
    }
    await client.closed;
    await allGone(server, 5);
    expect(lines).toContainEqual({
      level: 'info',
      message: 'client cannot be put under TLS',
      fields: expect.objectContaining({
        err: new Error('the TLS handshake took too long'),
      }),
    });
  });
});
