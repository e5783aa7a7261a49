/** Files of pages, behind consoles as they are and behind a bridge. */
import { once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBridge, refuse, sameToken } from '@nbd/bridge';
import { connect } from '@nbd/client';
import { type Driver, DriverError } from '@nbd/driver';
import { bearerProtocols, CloseCode } from '@nbd/websocket';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { NBDServer, type NBDServerOptions } from '../src/index.ts';

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => i ^ (i >>> 8));
const TOKEN = 'token';

const running: NBDServer[] = [];

afterEach(() => {
  for (const server of running.splice(0)) server.stop();
});

function fail(): never {
  throw new DriverError('ENOSPC', 'as planned');
}

/** A page, what it was told, and a promise of the code with which it is over. */
function pageOf(url: string, options: NBDServerOptions = {}, file: Blob = new Blob([CONTENT])) {
  const page = new NBDServer(url, file, '0', TOKEN, {
    dial: (endpoint, protocols) => new WebSocket(endpoint, protocols),
    ...options,
  });
  running.push(page);
  const told: string[] = [];
  const opened = new Promise<void>((resolve) => {
    page.socketStarted = () => {
      told.push('started');
      resolve();
    };
  });
  const over = new Promise<number>((resolve) => {
    page.socketClosed = (code) => {
      told.push(`closed ${code}`);
      resolve(code);
    };
  });
  page.errorReadingFile = () => told.push('error');
  return { page, told, opened, over };
}

/** A console: it takes the token as it is for the sub-protocol. */
async function consoleAt() {
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  });
  await once(sockets, 'listening');
  const url = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
  return { url, dialled: async () => (await once(sockets, 'connection'))[0] as WebSocket };
}

async function bridgeAt() {
  const bridge = await openBridge({
    admit: ({ token }) =>
      sameToken(token, TOKEN) ? { listen: 'nbd://127.0.0.1:0' } : refuse(CloseCode.POLICY),
  });
  onTestFinished(() => bridge.close());
  return { bridge, url: bridge.url ?? '' };
}

const FOR_BRIDGE = { protocols: bearerProtocols(TOKEN) };

test('a page that replaces its import is served as before, by the WebSocket of the page', async () => {
  vi.stubGlobal('WebSocket', WebSocket);
  onTestFinished(() => void vi.unstubAllGlobals());
  const { url, dialled } = await consoleAt();
  const page = new NBDServer(url, new Blob([CONTENT]), '0', TOKEN);
  running.push(page);
  expect([page.endpoint, page.file.size, page.id]).toEqual([url, CONTENT.length, '0']);
  const socket = dialled();
  page.start();
  const end = await socket;
  expect(end.protocol).toBe(TOKEN);
  const [greeting] = (await once(end, 'message')) as [Buffer];
  expect(greeting.toString('latin1', 0, 16)).toBe('NBDMAGICIHAVEOPT');
});

test('the page is told when the socket is open, and with what code it is closed', async () => {
  const { url, dialled } = await consoleAt();
  const { page, told, opened, over } = pageOf(url);
  const socket = dialled();
  page.start();
  expect(told).toEqual([]);
  await opened;
  (await socket).close(CloseCode.POLICY);
  expect(await over).toBe(CloseCode.POLICY);
  expect(told).toEqual(['started', 'closed 1008']);
});

test.each([
  ['a code that says so', CloseCode.ORDERLY],
  ['no code', undefined],
])('a console that closes with %s has closed in good order', async (_, code) => {
  const { url, dialled } = await consoleAt();
  const { page, over } = pageOf(url);
  const socket = dialled();
  page.start();
  (await socket).close(code);
  expect(await over).toBe(1000);
});

test('a socket that never opens is over with 1006, and was never started', async () => {
  const { page, told, over } = pageOf('ws://127.0.0.1:1');
  page.start();
  expect(await over).toBe(1006);
  expect(told).toEqual(['closed 1006']);
});

test('a page that stops is over in good order, and the other end is told that it leaves', async () => {
  const { bridge, url } = await bridgeAt();
  const { page, told, opened, over } = pageOf(url, FOR_BRIDGE);
  page.start();
  page.start();
  await Promise.all([once(bridge, 'arrived'), opened]);
  const left = once(bridge, 'left');
  page.stop();
  page.stop();
  expect((await left)[1]).toBe(CloseCode.GOING_AWAY);
  expect(await over).toBe(1000);
  expect(told).toEqual(['started', 'closed 1000']);
  expect(bridge.counters.tabs.total).toBe(1);
});

test('a page that stops before the socket is open is over as well', async () => {
  const { url } = await bridgeAt();
  const { page, over } = pageOf(url, FOR_BRIDGE);
  page.stop();
  page.start();
  page.stop();
  expect(await over).toBe(1000);
});

test('a client reads the file and cannot write, and when it leaves the page is over', async () => {
  const { bridge, url } = await bridgeAt();
  const { page, told, over } = pageOf(url, FOR_BRIDGE);
  page.start();
  const [{ uri }] = await once(bridge, 'arrived');
  const client = await connect(uri);
  expect(client.size).toBe(CONTENT.length);
  await expect(client.write(new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'EPERM' });
  expect(Buffer.compare(await client.read(0, CONTENT.length), CONTENT)).toBe(0);
  await client.close();
  expect(await over).toBe(1000);
  expect(told).toEqual(['started', 'closed 1000']);
});

test('a page that dials again serves one client after the other, at one address', async () => {
  const { bridge, url } = await bridgeAt();
  const { page, told, over } = pageOf(url, { ...FOR_BRIDGE, redial: true });
  page.start();
  const [{ uri }] = await once(bridge, 'arrived');
  for (let round = 0; round < 3; round++) {
    const client = await connect(uri);
    expect((await client.read(7, 1))[0]).toBe(7);
    await client.close();
  }
  page.stop();
  expect(await over).toBe(1000);
  expect(told.at(-1)).toBe('closed 1000');
  expect(told.filter((each) => each.startsWith('closed'))).toHaveLength(1);
});

test('a client that speaks no NBD does not eject the file of a page that dials again', async () => {
  const { bridge, url } = await bridgeAt();
  const { page, told } = pageOf(url, { ...FOR_BRIDGE, redial: true });
  page.start();
  const [{ uri }] = await once(bridge, 'arrived');
  const left = once(bridge, 'left');
  dial(Number(new URL(uri).port), '127.0.0.1').end('GET / HTTP/1.1\r\n\r\n');
  await left;
  const client = await connect(uri);
  expect(client.size).toBe(CONTENT.length);
  await client.close();
  expect(told).not.toContain('closed 1002');
});

test('a disk of the caller is served in place of the file, and the page is told of each client', async () => {
  const { bridge, url } = await bridgeAt();
  const bytes = new Uint8Array(4096);
  const disk: Driver = {
    size: bytes.length,
    read: (target, offset) => target.set(bytes.subarray(offset, offset + target.length)),
    write: (source, offset) => bytes.set(source, offset),
  };
  const { page, told, over } = pageOf(url, { ...FOR_BRIDGE, disk });
  page.clientEntered = () => told.push('entered');
  page.clientLeft = () => told.push('left');
  page.start();
  const [{ uri }] = await once(bridge, 'arrived');
  const client = await connect(uri);
  await client.write(Uint8Array.of(7), 100);
  expect((await client.read(100, 1))[0]).toBe(7);
  expect(told).toEqual(['started', 'entered']);
  await client.close();
  await over;
  expect(told).toEqual(['started', 'entered', 'left', 'closed 1000']);
});

test('a change that fails is not taken for a file that cannot be read', async () => {
  const { bridge, url } = await bridgeAt();
  const disk: Driver = { size: 4096, read: () => undefined, write: fail, flush: fail };
  const { page, told } = pageOf(url, { ...FOR_BRIDGE, disk });
  page.errorWriting = () => told.push('cannot write');
  page.start();
  const [{ uri }] = await once(bridge, 'arrived');
  const client = await connect(uri);
  await expect(client.write(Uint8Array.of(7), 100)).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(client.flush()).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(told).toEqual(['started', 'cannot write']);
  await client.close();
});

test('a page that is turned away does not dial again', async () => {
  const { bridge, url } = await bridgeAt();
  const protocols = bearerProtocols('another');
  const { page, over } = pageOf(url, { protocols, redial: true });
  page.start();
  expect(await over).toBe(CloseCode.POLICY);
  expect(bridge.counters.tabs.refused).toBe(1);
});

test('a page may start again when it is over', async () => {
  const { bridge, url } = await bridgeAt();
  const { page, opened, over } = pageOf(url, FOR_BRIDGE);
  page.start();
  await Promise.all([once(bridge, 'arrived'), opened]);
  page.stop();
  await over;
  page.start();
  await once(bridge, 'arrived');
  expect(bridge.counters.tabs.total).toBe(2);
});

test('a file that was changed is told once, and its client is told each time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'virtual-media-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'disk.iso');
  await writeFile(path, CONTENT);
  const { bridge, url } = await bridgeAt();
  const { page, told } = pageOf(url, FOR_BRIDGE, await openAsBlob(path));
  page.start();
  const [{ uri }] = await once(bridge, 'arrived');
  const client = await connect(uri);
  await appendFile(path, 'more');
  for (const offset of [0, 200_000]) {
    await expect(client.read(offset, 512)).rejects.toMatchObject({ code: 'EIO' });
  }
  expect(told).toEqual(['started', 'error']);
  await client.close();
});
