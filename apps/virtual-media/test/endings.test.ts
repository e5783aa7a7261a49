/** Whatever ends it: both ends are told what it was, nothing hangs, and nothing is left. */
import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect as dial, createServer, type Socket } from 'node:net';
import { connect, NbdError } from '@nbd/client';
import { bearerProtocols } from '@nbd/websocket';
import { expect, onTestFinished, test } from 'vitest';
import { sharedBrowser, stateOf } from './browser.ts';
import { CONTENT, lend, type Media, startMedia } from './lent-file.ts';

const browser = sharedBrowser();

/** The program ends by itself when it is asked to, and leaves nothing. */
async function endsCleanly({ program, socket }: Media): Promise<void> {
  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect(program.errors()).toBe('');
  expect(existsSync(socket)).toBe(false);
}

/** What is between the page and the program; `cut` is what a network does that fails. */
async function network(to: string) {
  const sockets: Socket[] = [];
  const { port, hostname } = new URL(to);
  const server = createServer((near) => {
    const far = dial(Number(port), hostname);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
    sockets.push(near, far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
    server.close();
  };
  onTestFinished(cut);
  const url = new URL(to);
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, cut };
}

test('a tab that is closed: its client is cut off, and the next tab is welcome', async () => {
  const media = await startMedia();
  const { page, uri } = await lend(media, browser());
  const client = await connect(uri);
  await media.program.next('in use');
  await client.read(0, 512);
  await page.close();
  expect(await media.program.next('free')).toMatch(/^100[156]/);
  await expect(client.read(0, 512)).rejects.toBeInstanceOf(NbdError);
  expect(existsSync(media.socket)).toBe(false);
  const again = await lend(media, browser());
  const next = await connect(again.uri);
  expect(Buffer.compare(await next.read(0, CONTENT.length), CONTENT)).toBe(0);
  await next.close();
  await endsCleanly(media);
});

test('a network that fails: the page says so, and the client is cut off', async () => {
  const media = await startMedia();
  const { url, cut } = await network(media.url);
  const { page, uri } = await lend(media, browser(), { url });
  const client = await connect(uri);
  await media.program.next('in use');
  await client.read(0, 512);
  cut();
  await stateOf(page, 'The server cannot be reached.').waitFor();
  expect(await media.program.next('free')).toMatch(/^1006/);
  await expect(client.read(0, 512)).rejects.toBeInstanceOf(NbdError);
  expect(await page.isDisabled('#eject')).toBe(true);
  await endsCleanly(media);
});

test('a file that was changed: its reads fail with EIO, the page says so, and both go on', async () => {
  const media = await startMedia();
  const { page, uri } = await lend(media, browser());
  const client = await connect(uri);
  await media.program.next('in use');
  await appendFile(media.file, 'more');
  for (const offset of [0, 600_000]) {
    await expect(client.read(offset, 512)).rejects.toMatchObject({ code: 'EIO' });
  }
  await stateOf(page, 'disk.iso has changed. Choose it again.').waitFor();
  await client.close();
  expect(await media.program.next('free')).toMatch(/^1000/);
  await endsCleanly(media);
});

test('a token that is wrong: the page says so, and there is no disk', async () => {
  const media = await startMedia();
  const page = await browser().newPage();
  onTestFinished(() => page.close());
  await page.goto(media.url.replace(/#.*/, '#token=wrong'));
  await page.setInputFiles('#file', media.file);
  expect(await media.program.next('refused')).toContain('1008 the token is missing or wrong');
  await stateOf(page, 'The token in the address of this page is wrong.').waitFor();
  expect(existsSync(media.socket)).toBe(false);
  await endsCleanly(media);
});

test('a page of another origin: it is told no more than that it cannot, and the program why', async () => {
  const media = await startMedia();
  const other = createHttpServer((_, response) => response.end('<!doctype html>'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    other.close();
    other.closeAllConnections();
  });
  const page = await browser().newPage();
  onTestFinished(() => page.close());
  await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
  const code = page.evaluate(
    (to) =>
      new Promise<number>((resolve) => {
        new WebSocket(to).addEventListener('close', (event) => resolve(event.code));
      }),
    media.url.replace(/^http/, 'ws').replace(/#.*/, 'nbd'),
  );
  expect(await code).toBe(1006);
  expect(await media.program.next('refused')).toMatch(/403/);
  await endsCleanly(media);
});

test('what a page says of its end is one line, and commands no terminal', async () => {
  const media = await startMedia();
  const page = await browser().newPage();
  onTestFinished(() => page.close());
  await page.goto(media.url);
  const token = new URL(media.url).hash.replace('#token=', '');
  await page.evaluate(
    ([to, protocols]) => {
      const socket = new WebSocket(to, protocols);
      socket.addEventListener('open', () => {
        socket.close(4100, 'bye\nrefused nobody \u001b[2J\u202e');
      });
    },
    [media.url.replace(/^http/, 'ws').replace(/#.*/, 'nbd'), bearerProtocols(token)] as const,
  );
  await media.program.next('disk');
  const replaced = '\u{fffd}';
  expect(await media.program.next('free')).toBe(
    `4100 bye${replaced}refused nobody ${replaced}[2J${replaced}`,
  );
  await endsCleanly(media);
});

test('two clients at once: the second is closed, and the first goes on', async () => {
  const media = await startMedia();
  const { uri } = await lend(media, browser());
  const first = await connect(uri);
  await media.program.next('in use');
  await expect(connect(uri)).rejects.toBeInstanceOf(NbdError);
  expect(Buffer.compare(await first.read(0, CONTENT.length), CONTENT)).toBe(0);
  await first.close();
  expect(await media.program.next('free')).toMatch(/^1000/);
  await endsCleanly(media);
});

test('two tabs at once: the second is told, and the first goes on', async () => {
  const media = await startMedia();
  const { uri } = await lend(media, browser());
  const other = await browser().newPage();
  onTestFinished(() => other.close());
  await other.goto(media.url);
  await other.setInputFiles('#file', media.file);
  await stateOf(other, 'Another tab has a file inserted.').waitFor();
  expect(await media.program.next('refused')).toContain('1013');
  const client = await connect(uri);
  expect(Buffer.compare(await client.read(0, CONTENT.length), CONTENT)).toBe(0);
  await client.close();
  await endsCleanly(media);
});
