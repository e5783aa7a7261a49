/** Clients that go on, but next to nothing: a byte now and then keeps nobody's place. */
import { Command } from '@nbd/codec';
import type { Driver } from '@nbd/driver';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Server, TlsOptions } from '../src/index.ts';
import { content, read, request } from './client-bytes.ts';
import { certificates, enterUnderTls } from './secure-client.ts';
import { allGone, READS, recordingLog, serving } from './serving.ts';
import { enter, meanwhile, type SocketClient } from './socket-client.ts';
import { letTimeGoOn, passTime, stopTime } from './stopped-time.ts';

const MIB = 2 ** 20;
const STALL_MILLIS = 40_000;
/** How often the server looks. */
const LOOK_MILLIS = STALL_MILLIS / 4;
/** What must be done between two looks at 240 bytes a second. */
const LOOK_BYTES = (240 * LOOK_MILLIS) / 1000;
const STALLED = 'client has stalled for too long';

const largeDisk: Driver = {
  size: 2 ** 40,
  read: (target) => void target.fill(7),
  write: () => undefined,
};

async function servingLarge(
  reads: 'shared' | 'own',
  limits: { readonly stallBytesPerSecondMin?: number } = {},
  tls?: TlsOptions,
): Promise<{ readonly server: Server; readonly messages: () => readonly string[] }> {
  const { log, lines } = recordingLog();
  const server = await serving({
    reads,
    log,
    exports: { disk: largeDisk },
    limits: { stallTimeout: STALL_MILLIS, ...limits },
    ...(tls !== undefined && { tls }),
  });
  return { server, messages: () => lines.map(({ message }) => message) };
}

/** A client whose kernel sends on at once what it is given. */
async function enterEagerly(server: Server): Promise<SocketClient> {
  const client = await enter(server);
  client.socket.setNoDelay(true);
  return client;
}

/** Sends `bytes` before each of `looks` looks. */
async function dribbles(
  server: Server,
  client: SocketClient,
  bytes: number,
  looks: number,
): Promise<void> {
  for (let look = 0; look < looks; look++) {
    await client.saysAll(content(bytes));
    await meanwhile(server);
    passTime(LOOK_MILLIS);
  }
}

describe.each(READS)('reads: %s', (reads) => {
  beforeEach(stopTime);
  afterEach(letTimeGoOn);

  test('a client that sends a byte of its payload now and then is cut after `stallTimeout`', async () => {
    const { server, messages } = await servingLarge(reads);
    const client = await enterEagerly(server);
    client.says(request({ type: Command.WRITE, length: MIB }));
    await dribbles(server, client, 1, 4);
    expect(messages()).not.toContain(STALLED);
    await dribbles(server, client, 1, 1);
    expect(messages()).toContain(STALLED);
    await client.closed;
    await allGone(server, 6);
  });

  test('one that sends as slowly as is allowed is served', async () => {
    const { server, messages } = await servingLarge(reads);
    const client = await enterEagerly(server);
    const looks = 12;
    client.says(request({ type: Command.WRITE, length: looks * LOOK_BYTES, cookie: 5 }));
    await dribbles(server, client, LOOK_BYTES, looks);
    expect(await client.hearsReply()).toMatchObject({ error: 0, cookie: 5 });
    expect(messages()).not.toContain(STALLED);
  });

  test('one under TLS that sends as slowly as is allowed is served, and cut when it sends less', async () => {
    const { server, messages } = await servingLarge(reads, {}, { certificates: certificates() });
    const client = await enterUnderTls(server);
    client.socket.setNoDelay(true);
    const looks = 8;
    client.says(request({ type: Command.WRITE, length: looks * LOOK_BYTES, cookie: 5 }));
    await dribbles(server, client, LOOK_BYTES, looks);
    expect(await client.hearsReply()).toMatchObject({ error: 0, cookie: 5 });
    client.says(request({ type: Command.WRITE, length: MIB }));
    await dribbles(server, client, 1, 4);
    expect(messages()).not.toContain(STALLED);
    await dribbles(server, client, 1, 1);
    expect(messages()).toContain(STALLED);
    await client.closed;
  });

  test('one that comes to the end of each request has done enough, however small they are', async () => {
    const { server, messages } = await servingLarge(reads);
    const client = await enterEagerly(server);
    const head = request({ type: Command.WRITE, length: 2 });
    client.says(head, content(1));
    for (let look = 0; look < 12; look++) {
      await meanwhile(server);
      passTime(LOOK_MILLIS);
      client.says(content(1), head, content(1));
      expect(await client.hearsReply()).toMatchObject({ error: 0 });
    }
    expect(messages()).not.toContain(STALLED);
  });

  test.each([
    ['is slower than it must be is cut', 2 ** 40, true],
    ['is slow where any byte will do is not', 0, false],
  ])('a client that takes some of its replies at each look and %s', async (_, least, isCut) => {
    const { server, messages } = await servingLarge(reads, { stallBytesPerSecondMin: least });
    const client = await enterEagerly(server);
    client.socket.pause();
    client.says(...Array.from({ length: 64 }, (__, i) => read(i * MIB, MIB, i)));
    for (let look = 0; look < 5; look++) {
      expect(messages()).not.toContain(STALLED);
      client.socket.resume();
      await client.hears(MIB / 2);
      client.socket.pause();
      await meanwhile(server);
      passTime(LOOK_MILLIS);
    }
    expect(messages().includes(STALLED)).toBe(isCut);
    client.resets();
  });
});
