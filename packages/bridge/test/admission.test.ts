/** Who is let in, and what the others are told. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as dial } from 'node:net';
import { CloseCode } from '@nbd/websocket';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openBridge, refuse, TRY_LATER } from '../src/index.ts';
import { openedBridge } from './opened-bridge.ts';
import { openPage, statusOf } from './page.ts';

test.each([['another'], [undefined]])('the token %j is refused', async (token) => {
  const { bridge, url, next } = await openedBridge();
  const refused = next('refused');
  const page = openPage(url, { token });
  expect(await page.closed).toBe(`${CloseCode.POLICY} the token is wrong`);
  const [visitor, code] = await refused;
  expect([visitor.token, visitor.address, code]).toEqual([token, '127.0.0.1', CloseCode.POLICY]);
  expect(bridge.counters.tabs).toEqual({ open: 0, total: 0, refused: 1 });
});

test('a page of another origin is turned away before it is looked at', async () => {
  const { url } = await openedBridge({
    admit: () => {
      throw new Error('it was looked at');
    },
  });
  expect(await statusOf(openPage(url, { origin: 'https://evil.example' }))).toBe(403);
});

test('origins that are named are let in, and no others', async () => {
  const { url, next } = await openedBridge({ origins: ['https://console.example'] });
  const arrived = next('arrived');
  openPage(url, { origin: 'https://console.example' });
  expect((await arrived)[0].origin).toBe('https://console.example');
  expect(await statusOf(openPage(url, { origin: url.replace('ws', 'http') }))).toBe(403);
});

test('who speaks another protocol, or dials another path, is turned away', async () => {
  const { url } = await openedBridge();
  const statuses = [new WebSocket(url, ['chat']), new WebSocket(`${url}/more`, ['nbd'])].map(
    async (socket) => {
      const [, response] = (await once(socket, 'unexpected-response')) as [
        unknown,
        { statusCode: number },
      ];
      socket.on('error', () => undefined).terminate();
      return response.statusCode;
    },
  );
  expect(await Promise.all(statuses)).toEqual([400, 404]);
});

test('who is turned away and does not hang up does not keep the bridge from closing', async () => {
  const { bridge, url } = await openedBridge();
  const { hostname, port } = new URL(url);
  const visitor = dial({ host: hostname, port: Number(port), allowHalfOpen: true });
  onTestFinished(() => void visitor.destroy());
  visitor.write(
    'GET /nbd HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  const [answer] = (await once(visitor, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  await bridge.close();
});

test('an answer that takes its time is waited for', async () => {
  const { url } = await openedBridge({
    admit: async () => {
      await new Promise(setImmediate);
      return refuse(4100, 'not today');
    },
  });
  expect(await openPage(url).closed).toBe('4100 not today');
});

test.each([
  ['nbds://127.0.0.1:0', 'no TLS'],
  ['127.0.0.1:10809', 'is not an address'],
  [`nbd+unix:///?socket=/tmp/${'x'.repeat(108)}`, 'found 113'],
])('the address %s is the fault of the host', async (listen, expected) => {
  const { url, next } = await openedBridge({ admit: () => ({ listen }) });
  const failed = next('failed');
  expect(await openPage(url).closed).toMatch(/^1011 /);
  expect(String((await failed)[0])).toContain(expected);
});

test.each([
  ['a code that cannot be sent', 42, ''],
  ['a reason that is too long', 4100, 'x'.repeat(124)],
])('%s is the fault of the host', async (_, code, reason) => {
  const { url, next } = await openedBridge({ admit: () => refuse(code, reason) });
  const failed = next('failed');
  expect(await openPage(url).closed).toMatch(/^1011 /);
  expect((await failed)[0]).toBeInstanceOf(Error);
});

test('an address belongs to one token, and to one WebSocket of it', async () => {
  const { url, next } = await openedBridge({ tokens: ['one', 'two'] });
  const arrived = next('arrived');
  openPage(url, { token: 'one' });
  await arrived;
  for (const token of ['one', 'two']) {
    expect(await openPage(url, { token }).closed).toBe(
      `${TRY_LATER} another page is at this address`,
    );
  }
});

test('an address that another program has is not taken from it', async () => {
  const { url, next } = await openedBridge();
  const arrived = next('arrived');
  openPage(url);
  const [{ uri }] = await arrived;
  const other = await openedBridge({ admit: () => ({ listen: uri }) });
  expect(await openPage(other.url).closed).toMatch(/^1013 /);
});

test('there are no more pages than the limit', async () => {
  const { url, next } = await openedBridge({
    tabsMax: 1,
    admit: () => ({ listen: 'nbd://127.0.0.1:0', socketsMax: 9 }),
  });
  const arrived = next('arrived');
  openPage(url);
  await arrived;
  expect(await openPage(url).closed).toBe(`${TRY_LATER} too many pages`);
});

test("a host's server keeps its other paths, and is left open", async () => {
  const http = createServer((_, response) => response.end('hello'));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => http.close().closeAllConnections());
  const { port } = http.address() as AddressInfo;
  const others: string[] = [];
  http.on('upgrade', ({ url: path = '' }, socket) => {
    if (path === '/nbd?x=1') return;
    others.push(path);
    socket.destroy();
  });
  const bridge = await openBridge({ http, admit: () => refuse(CloseCode.POLICY, 'closed today') });
  expect(bridge.url).toBeUndefined();
  expect(await openPage(`ws://127.0.0.1:${port}/nbd?x=1`).closed).toBe('1008 closed today');
  expect(await openPage(`ws://127.0.0.1:${port}/chat`).closed).toBe('1006');
  await bridge.close();
  expect(others).toEqual(['/chat']);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello');
});

test('an option that cannot be is refused with words', async () => {
  await expect(openedBridge({ tabsMax: 0 })).rejects.toThrow(
    'tabsMax: expected a whole number of 1 to 65536, found 0',
  );
});
