import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { MetricsServer, type Pages, plain } from './metrics-server.ts';

const PAGES: Pages = new Map([
  ['/', () => plain(200, 'here')],
  [
    '/broken',
    () => {
      throw new Error('secret');
    },
  ],
]);

async function serving(host = '127.0.0.1'): Promise<number> {
  const server = await MetricsServer.open({ host, port: 0 }, PAGES);
  onTestFinished(() => server.close());
  return server.address.port;
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly body?: string;
}

async function ask(port: number, { method = 'GET', path = '/', host, body }: Asked = {}) {
  const headers = {
    ...(host !== undefined && { host }),
    ...(body !== undefined && { 'content-length': body.length }),
  };
  const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
  asked.end(body);
  const [response] = await once(asked, 'response');
  const { statusCode, headers: found } = response;
  return { status: statusCode, headers: found, body: await text(response) };
}

test('pages are to be read, with their heads or without their bodies', async () => {
  const port = await serving();
  expect(await ask(port)).toMatchObject({ status: 200, body: 'here\n' });
  expect(await ask(port, { path: '/?x=1' })).toMatchObject({ status: 200, body: 'here\n' });
  const head = await ask(port, { method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '5' } });
});

test('a page runs nothing that is not of this server, and is shown in no frame', async () => {
  const { headers } = await ask(await serving());
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  });
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused', async (method) => {
  expect(await ask(await serving(), { method })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD', connection: 'close' },
  });
});

test('what is not there is not found, however it is spelled', async () => {
  const port = await serving();
  for (const path of ['/x', '//', '/../package.json', '/%2e%2e/package.json', '/live-page.js%00']) {
    expect(await ask(port, { path })).toMatchObject({ status: 404, body: 'not found\n' });
  }
});

test('a body is refused, and a page that fails says nothing of why', async () => {
  const port = await serving();
  expect(await ask(port, { body: 'x' })).toMatchObject({ status: 400 });
  expect(await ask(port, { path: '/broken' })).toMatchObject({
    status: 503,
    body: 'not available now\n',
  });
});

test.each([
  ['localhost', 200],
  ['LOCALHOST:9', 200],
  ['127.0.0.1', 200],
  ['[::1]:80', 200],
  ['nbd.example', 421],
  ['localhost.example:80', 421],
])('where only this machine can reach it, the host %j is answered %d', async (host, status) => {
  expect(await ask(await serving(), { host })).toMatchObject({ status });
});

test('where others can reach it, any name will do', async () => {
  expect(await ask(await serving('0.0.0.0'), { host: 'nbd.example' })).toMatchObject({
    status: 200,
  });
});

test('what is not HTTP, and heads without end, are the end of the connection', async () => {
  const port = await serving();
  for (const says of [
    '\u0016\u0003\u0001 what\r\n\r\n',
    `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`,
  ]) {
    const socket = connect(port, '127.0.0.1');
    socket.write(says);
    socket.resume();
    await once(socket, 'end');
    socket.destroy();
  }
  expect(await ask(port)).toMatchObject({ status: 200 });
});

test('a page is made once for all who ask for it at the same time, also behind each other', async () => {
  let made = 0;
  const gate = new EventEmitter();
  const [asked, ready] = [once(gate, 'asked'), once(gate, 'ready')];
  const page = async () => {
    made++;
    gate.emit('asked');
    await ready;
    return plain(200, 'made');
  };
  const pages: Pages = new Map([['/page', page]]);
  const server = await MetricsServer.open({ host: '127.0.0.1', port: 0 }, pages);
  onTestFinished(() => server.close());
  const socket = connect(server.address.port, '127.0.0.1');
  socket.setEncoding('utf8').write('GET /page HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(100));
  await asked;
  const other = ask(server.address.port, { path: '/page' });
  gate.emit('ready');
  let heard = '';
  while (heard.split('made\n').length <= 100) heard += String((await once(socket, 'data'))[0]);
  socket.destroy();
  expect(await other).toMatchObject({ status: 200, body: 'made\n' });
  expect(made).toBeLessThanOrEqual(2);
});

test('who does not take the answer is cut off, and so is nobody else', async () => {
  const large = 'x'.repeat(2 ** 26);
  const pages: Pages = new Map([...PAGES, ['/large', () => plain(200, large)]]);
  const server = await MetricsServer.open({ host: '127.0.0.1', port: 0 }, pages, 200);
  onTestFinished(() => server.close());
  const socket = connect(server.address.port, '127.0.0.1').on('error', () => undefined);
  socket.write('GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await once(socket, 'readable');
  // It reads nothing more, and learns of the cut by what it says.
  while (!socket.destroyed) {
    socket.write('\r\n');
    await new Promise(setImmediate);
  }
  expect(await ask(server.address.port)).toMatchObject({ status: 200 });
});

test('at its end it leaves whoever is there', async () => {
  const server = await MetricsServer.open({ host: '127.0.0.1', port: 0 }, PAGES);
  const socket = connect(server.address.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await server.close();
  await closed;
  expect(socket.destroyed).toBe(true);
});
