/** Pages and clients meet, talk, and leave. */
import { once } from 'node:events';
import { existsSync, openAsBlob } from 'node:fs';
import { appendFile, rename, writeFile } from 'node:fs/promises';
import { connect as dial, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Client, connect, NbdError } from '@nbd/client';
import { CloseCode } from '@nbd/websocket';
import { expect, onTestFinished, test } from 'vitest';
import { type OpenedBridge, openedBridge } from './opened-bridge.ts';
import { CONTENT, openPage, SIZE } from './page.ts';

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(1);
}

async function arrivedPage({ url, next }: OpenedBridge, options = {}) {
  const arrived = next('arrived');
  const page = openPage(url, options);
  const [tab] = await arrived;
  return { ...page, tab };
}

async function connected({ uri }: OpenedBridge): Promise<Client> {
  const client = await connect(uri);
  onTestFinished(() => client.close().catch(() => undefined));
  return client;
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
}

function rawClient(path: string): Socket {
  const socket = dial(path).on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

test('a client reads the disk of a page, and the counters know', async () => {
  const opened = await openedBridge();
  const { bridge } = opened;
  const page = await arrivedPage(opened);
  expect(page.tab).toMatchObject({ uri: opened.uri, talking: false });
  const client = await connected(opened);
  expect(client.size).toBe(SIZE);
  expect(Buffer.compare(await client.read(0, SIZE), CONTENT)).toBe(0);
  const { tabs, clients, bytesFromTabs, bytesToTabs } = bridge.counters;
  expect({ tabs, clients }).toEqual({
    tabs: { open: 1, total: 1, refused: 0 },
    clients: { open: 1, total: 1, refused: 0 },
  });
  expect(bytesFromTabs).toBeGreaterThan(SIZE);
  expect(bytesToTabs).toBeGreaterThan(28);
  const left = opened.next('left');
  await client.close();
  expect((await left)[1]).toBe(CloseCode.ORDERLY);
  expect(bridge.counters.bytesFromTabs).toBe(page.tab.bytesFromTab);
});

test('a page that dials again has its address kept, and a client that was early waits for it', async () => {
  const opened = await openedBridge({ returnTimeout: 5000 });
  let page = await arrivedPage(opened);
  let client = await connected(opened);
  for (let round = 0; round < 3; round++) {
    const early = connected(opened);
    await client.close();
    expect(await page.closed).toMatch(/^1000/);
    expect(existsSync(opened.path)).toBe(true);
    page = await arrivedPage(opened);
    client = await early;
    expect((await client.read(SIZE - 1, 1))[0]).toBe(CONTENT[SIZE - 1]);
  }
});

test('a client that speaks no NBD is the end of its conversation, and not of the address', async () => {
  const opened = await openedBridge({ returnTimeout: 5000 });
  const page = await arrivedPage(opened);
  const client = rawClient(opened.path).resume();
  client.write('GET / HTTP/1.1\r\n\r\n');
  await once(client, 'close');
  expect(await page.closed).toMatch(/^1002 /);
  expect(existsSync(opened.path)).toBe(true);
});

test('a page that does not come back has its address given up', async () => {
  const opened = await openedBridge({ returnTimeout: 20 });
  await arrivedPage(opened);
  await (await connected(opened)).close();
  await until(() => !existsSync(opened.path));
  await expect(connect(opened.uri)).rejects.toThrow('ENOENT');
});

test('a second client waits while there is a first, and is closed in the end', async () => {
  const opened = await openedBridge({ returnTimeout: 30 });
  await arrivedPage(opened);
  const client = await connected(opened);
  const second = rawClient(opened.path);
  expect(await once(second.resume(), 'close')).toEqual([false]);
  expect(second.bytesRead).toBe(0);
  expect(opened.bridge.counters.clients).toEqual({ open: 1, total: 1, refused: 1 });
  expect((await client.read(7, 1))[0]).toBe(7);
});

test('more clients than may wait are closed at once', async () => {
  const opened = await openedBridge({ returnTimeout: 60_000 });
  await arrivedPage(opened);
  const met = opened.next('connected');
  const first = rawClient(opened.path);
  await met;
  const crowd = Array.from({ length: 17 }, () => rawClient(opened.path).resume());
  await Promise.race(crowd.map((client) => once(client, 'close')));
  expect(opened.bridge.counters.clients.refused).toBe(1);
  first.destroy();
});

test('several WebSockets of one page serve several clients', async () => {
  const opened = await openedBridge({ socketsMax: 2 });
  await arrivedPage(opened);
  await arrivedPage(opened);
  const clients = [await connected(opened), await connected(opened)];
  for (const client of clients) expect((await client.read(9, 1))[0]).toBe(9);
  expect(opened.bridge.counters.clients.open).toBe(2);
});

test('a page that leaves takes its client and the socket file with it', async () => {
  const opened = await openedBridge();
  const page = await arrivedPage(opened);
  const met = opened.next('connected');
  const client = rawClient(opened.path).resume();
  await met;
  const left = opened.next('left');
  page.leave();
  expect((await left)[1]).toBe(CloseCode.GOING_AWAY);
  await once(client, 'close');
  expect(existsSync(opened.path)).toBe(false);
});

test('a page whose network is cut is gone as well', async () => {
  const opened = await openedBridge();
  const page = await arrivedPage(opened);
  const client = await connected(opened);
  const left = opened.next('left');
  const reading = client.read(0, SIZE);
  page.socket.terminate();
  await expect(reading).rejects.toBeInstanceOf(NbdError);
  expect((await left)[1]).toBe(CloseCode.BROKEN);
  expect(existsSync(opened.path)).toBe(false);
});

test('a client that is killed is told to the page as the end of the conversation', async () => {
  const opened = await openedBridge();
  const page = await arrivedPage(opened);
  const met = opened.next('connected');
  const client = rawClient(opened.path);
  await met;
  client.destroy();
  expect(await page.closed).toBe('1000 the client has left');
});

test('a host may send a page away', async () => {
  const opened = await openedBridge();
  const page = await arrivedPage(opened);
  page.tab.close(4200, 'ejected');
  expect(await page.closed).toBe('4200 ejected');
});

test('a file that was changed fails the reads of its client, not the conversation', async () => {
  const opened = await openedBridge();
  const file = join(dirname(opened.path), 'disk.iso');
  await writeFile(file, CONTENT);
  await arrivedPage(opened, { blob: await openAsBlob(file) });
  const client = await connected(opened);
  await appendFile(file, 'more');
  await expect(client.read(0, 512)).rejects.toMatchObject({ code: 'EIO' });
  expect(client.size).toBe(SIZE);
  await expect(client.read(1_000_000, 512)).rejects.toMatchObject({ code: 'EIO' });
});

test('the dead socket of a bridge that was killed makes way', async () => {
  const opened = await openedBridge();
  const dead = createServer().listen(opened.path);
  await once(dead, 'listening');
  // What a kill leaves behind: the file, and nobody behind it.
  await rename(opened.path, `${opened.path}.old`);
  dead.close();
  await rename(`${opened.path}.old`, opened.path);
  await arrivedPage(opened);
  expect((await connected(opened)).size).toBe(SIZE);
});

test('a bridge that closes tells its pages, closes its clients, and leaves no file', async () => {
  const opened = await openedBridge();
  const { bridge } = opened;
  const page = await arrivedPage(opened);
  const met = opened.next('connected');
  const client = rawClient(opened.path).resume();
  await met;
  const gone = once(client, 'close');
  await Promise.all([bridge.close(), bridge.close()]);
  expect(await page.closed).toBe(`${CloseCode.GOING_AWAY} the bridge is closing`);
  await gone;
  expect(existsSync(opened.path)).toBe(false);
  expect(await openPage(opened.url).closed).toBe('1006');
});

test('a bridge that closes while a page is on its way back leaves no timer', async () => {
  const before = timers();
  const opened = await openedBridge({ returnTimeout: 60_000 });
  const page = await arrivedPage(opened);
  const client = await connected(opened);
  await client.close();
  await opened.bridge.close();
  await page.closed;
  expect(timers()).toBeLessThanOrEqual(before);
});
