/** A disk served over real WebSockets, and read by a client behind a bridge. */
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from '@nbd/client';
import { Command } from '@nbd/codec';
import { type Driver, oneExport } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { BufferPool, type EndReason } from '@nbd/session';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  bearerProtocols,
  CloseCode,
  serveWebSocket,
  SUB_PROTOCOL,
  WebSocketChannel,
  WebSocketClosedError,
} from '../src/index.ts';
import { type Bridge, bridge } from './bridge.ts';
import { entrance, request } from './client-bytes.ts';
import { RecordingReceiver } from './recording-receiver.ts';

const SIZE = 8 * 2 ** 20;
const CONTENT = new Uint8Array(SIZE).map((_, i) => i ^ (i >>> 8) ^ (i >>> 16));
const TOKEN = 'a token / with = all + sorts';

let between: Bridge;

beforeEach(async () => {
  between = await bridge(TOKEN);
});

afterEach(async () => {
  await between.close();
});

async function disk(): Promise<Driver> {
  const driver = memoryDriver({ size: SIZE });
  await driver.write?.(CONTENT, 0, { fua: false });
  return driver;
}

interface Ending {
  reason?: EndReason;
  error?: Error | undefined;
}

/** What a page does: it opens a socket, and serves whoever is behind it. */
async function page(url = between.url, token = TOKEN) {
  const ending: Ending = {};
  const driver = await disk();
  const pool = new BufferPool();
  const socket = new WebSocket(url, bearerProtocols(token));
  const served = serveWebSocket(socket, {
    exports: oneExport({ driver }),
    context: { peer: url },
    pool,
    observer: { ended: (reason, error) => void Object.assign(ending, { reason, error }) },
  });
  return { socket, served, ending, pool };
}

/** A page, once the bridge has let it in, and the bridge's end of its socket. */
async function openPage() {
  const opened = await page();
  const end = await between.page(0);
  await until(() => opened.socket.readyState === WebSocket.OPEN);
  return { ...opened, end };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(1);
}

test('a client behind a bridge reads and writes the disk of a page', async () => {
  const { socket, served, end } = await openPage();
  expect(socket.protocol).toBe(SUB_PROTOCOL);
  const client = await connect(between.uri);
  expect(client.size).toBe(SIZE);
  const reads = Array.from({ length: 8 }, (_, i) => client.read(i * 1_000_000, 999_999));
  for (const [i, bytes] of (await Promise.all(reads)).entries()) {
    const expected = CONTENT.subarray(i * 1_000_000, i * 1_000_000 + 999_999);
    expect(Buffer.compare(bytes, expected)).toBe(0);
  }
  const written = CONTENT.toReversed().subarray(0, 3_000_000);
  await client.write(written, 4_000_001);
  expect(Buffer.compare(await client.read(4_000_001, written.length), written)).toBe(0);
  await client.close();
  await served.done;
  expect(end.readyState).toBeGreaterThanOrEqual(WebSocket.CLOSING);
});

test('a page with another token is turned away with a code that says so', async () => {
  const { served, ending } = await page(between.url, 'another');
  await served.done;
  expect(ending.error).toBeInstanceOf(WebSocketClosedError);
  expect(ending.error).toMatchObject({ code: CloseCode.POLICY });
  expect(ending.error?.message).toContain('the token is missing or wrong');
});

test('a socket that never opens is the end, with a reason', async () => {
  const { served, ending } = await page('ws://127.0.0.1:1');
  await served.done;
  expect(ending.error).toMatchObject({ code: CloseCode.BROKEN });
  expect(ending.error?.cause).toMatchObject({ code: 'ECONNREFUSED' });
});

test('the code of the close says how the session has ended', async () => {
  const { socket, served, ending, end } = await openPage();
  end.resume();
  const closed = new Promise<string>((resolve) => {
    end.on('close', (code, reason) => resolve(`${code} ${reason.toString()}`));
  });
  end.send(Buffer.concat([entrance(), Buffer.alloc(28, 7)]));
  expect(await closed).toBe('1002 bad-magic');
  await served.done;
  expect(ending.reason).toBe('bad-magic');
  expect(socket.readyState).toBe(WebSocket.CLOSED);
});

test('a server that leaves says so', async () => {
  const { served, end } = await openPage();
  end.resume();
  const closed = new Promise<number>((resolve) => {
    end.on('close', resolve);
  });
  served.leave();
  expect(await closed).toBe(CloseCode.GOING_AWAY);
  await served.done;
});

test('a peer that does not read holds the session back, and what waits for it is bounded', async () => {
  const { socket, served, end, pool } = await openPage();
  const length = SIZE / 4;
  const reads = Array.from({ length: 32 }, (_, i) => request(i, { type: Command.READ, length }));
  end.send(Buffer.concat([entrance(), ...reads]));
  await until(() => socket.bufferedAmount >= 2 ** 20);
  for (let look = 0; look < 10; look++) {
    await wait(1);
    expect(socket.bufferedAmount).toBeLessThanOrEqual(4 * 2 ** 20 + 128 * 1024);
  }
  expect(pool.lentBytes).toBeLessThanOrEqual(SIZE);
  let bytes = 0;
  end.on('message', (data: Buffer) => {
    bytes += data.length;
  });
  end.resume();
  await until(() => bytes >= 32 * length);
  end.terminate();
  await served.done;
});

test('two channels over one WebSocket pass on any bytes, either of them pausing', async () => {
  const socket = new WebSocket(between.url, bearerProtocols(TOKEN));
  const here = new WebSocketChannel(socket);
  const heard = new RecordingReceiver();
  here.start(heard);
  const there = new WebSocketChannel(await between.page(0));
  const received = new RecordingReceiver();
  there.start(received);
  there.pause();
  const pieces = [1, 65_536, 65_537, 200_000].map((length) => CONTENT.subarray(0, length));
  here.send(pieces);
  there.resume();
  const expected = Buffer.concat(pieces);
  await received.until(() => received.bytes.length === expected.length);
  expect(Buffer.compare(Uint8Array.from(received.bytes), expected)).toBe(0);
  here.end();
  await received.until(() => received.told.includes('closed'));
  expect(received.error).toBeUndefined();
});
