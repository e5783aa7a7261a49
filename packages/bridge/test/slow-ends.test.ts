/** An end that takes nothing holds back the other, and is left in the end. */
import { on, once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { bearerProtocols, CloseCode } from '@nbd/websocket';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { type OpenedBridge, openedBridge } from './opened-bridge.ts';
import { TOKEN } from './page.ts';

const MIB = 2 ** 20;
/** More than two kernels and a bridge hold. */
const MUCH = 32 * MIB;

/** A page that says what the test says, and its client. */
async function conversation({ url, path, next }: OpenedBridge) {
  const arrived = next('arrived');
  const page = new WebSocket(url, bearerProtocols(TOKEN));
  const [[tab]] = await Promise.all([arrived, once(page, 'open')]);
  const met = next('connected');
  const client: Socket = dial(path).on('error', () => undefined);
  onTestFinished(() => {
    client.destroy();
    page.terminate();
  });
  await met;
  return { page, client, tab };
}

/** Until `count` has not changed for so many turns of the loop that both ends and the bridge share. */
async function settled(count: () => number): Promise<number> {
  let before = -1;
  for (let same = 0; same < 100; ) {
    await turn();
    same = count() === before ? same + 1 : 0;
    before = count();
  }
  return before;
}

test('a client that does not read holds back the page, and then gets every byte', async () => {
  const { page, client, tab } = await conversation(await openedBridge());
  client.pause();
  for (let sent = 0; sent < MUCH; sent += MIB / 2) page.send(Buffer.alloc(MIB / 2, sent / MIB));
  const passed = await settled(() => tab.bytesFromTab);
  expect(passed).toBeGreaterThan(MIB);
  expect(passed).toBeLessThan(4 * MIB);
  client.resume();
  while (client.bytesRead < MUCH) await once(client, 'data');
  expect(tab.bytesFromTab).toBe(MUCH);
});

test('a page that does not read holds back the client, and then gets every byte', async () => {
  const { page, client, tab } = await conversation(await openedBridge());
  page.pause();
  client.write(Buffer.alloc(MUCH, 7));
  const passed = await settled(() => tab.bytesToTab);
  expect(passed).toBeGreaterThan(MIB);
  expect(passed).toBeLessThan(12 * MIB);
  const messages = on(page, 'message') as AsyncIterable<[Buffer]>;
  page.resume();
  let missing = MUCH;
  for await (const [chunk] of messages) {
    missing -= chunk.length;
    if (missing <= 0) break;
  }
  expect(tab.bytesToTab).toBe(MUCH);
});

test('a client that takes nothing for too long is dropped, and the page may come back', async () => {
  const { page, client } = await conversation(await openedBridge({ stallTimeout: 40 }));
  client.pause();
  const closed = once(page, 'close');
  page.send(Buffer.alloc(MIB));
  for (let sent = 0; sent < 8; sent++) page.send(Buffer.alloc(MIB));
  const [code, reason] = (await closed) as [number, Buffer];
  expect([code, String(reason)]).toEqual([
    CloseCode.ORDERLY,
    'the client was dropped: it took next to nothing for 40 ms',
  ]);
});

test('a page that takes nothing for too long is cut', async () => {
  const opened = await openedBridge({ stallTimeout: 40 });
  const { page, client } = await conversation(opened);
  page.pause();
  const left = opened.next('left');
  client.write(Buffer.alloc(MUCH));
  expect((await left)[1]).toBe(CloseCode.BROKEN);
});

test('a page that answers no ping is cut; one that answers stays', async () => {
  const opened = await openedBridge({
    pingInterval: 150,
    socketsMax: 2,
  });
  const silent = new WebSocket(opened.url, bearerProtocols(TOKEN), { autoPong: false });
  const arrived = opened.next('arrived');
  await once(silent, 'open');
  const [{ id }] = await arrived;
  const lively = new WebSocket(opened.url, bearerProtocols(TOKEN));
  onTestFinished(() => lively.terminate());
  const [tab, code] = await opened.next('left');
  expect([tab.id, code]).toEqual([id, CloseCode.BROKEN]);
  for (let pings = 0; pings < 3; pings++) await once(lively, 'ping');
  expect(lively.readyState).toBe(WebSocket.OPEN);
});

// ws itself would wait for half a minute.
test('a page that has said goodbye and does not hang up is cut in the end', {
  timeout: 20_000,
}, async () => {
  const opened = await openedBridge();
  const { bridge } = opened;
  const { hostname, port, pathname } = new URL(opened.url);
  const arrived = opened.next('arrived');
  const page = dial({ host: hostname, port: Number(port), allowHalfOpen: true });
  onTestFinished(() => void page.destroy());
  page.write(
    [
      `GET ${pathname} HTTP/1.1`,
      'Host: a',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Sec-WebSocket-Protocol: ${bearerProtocols(TOKEN).join(', ')}`,
      '\r\n',
    ].join('\r\n'),
  );
  await arrived;
  const left = opened.next('left');
  // A frame of its kind, masked by zeroes: a close without a code.
  page.write(Buffer.from('888000000000', 'hex'));
  page.resume();
  await once(page, 'end');
  await bridge.close();
  expect((await left)[1]).toBe(CloseCode.NONE);
});

test('what a page says before there is a client is bounded', async () => {
  const { url, next } = await openedBridge();
  const page = new WebSocket(url, bearerProtocols(TOKEN));
  await Promise.all([next('arrived'), once(page, 'open')]);
  page.send(Buffer.alloc(64 * 1024));
  const [code] = (await once(page, 'close')) as [number];
  expect(code).toBe(CloseCode.TOO_BIG);
});

test('a message that is too long, and one of text, end the conversation with their codes', async () => {
  const opened = await openedBridge({
    messageBytesMax: 1000,
    socketsMax: 2,
  });
  const codes = [Buffer.alloc(1001), 'hello'].map(async (message) => {
    const page = new WebSocket(opened.url, bearerProtocols(TOKEN));
    await once(page, 'open');
    page.send(message);
    const [code] = (await once(page, 'close')) as [number];
    return code;
  });
  expect(await Promise.all(codes)).toEqual([CloseCode.TOO_BIG, CloseCode.UNSUPPORTED_DATA]);
});
