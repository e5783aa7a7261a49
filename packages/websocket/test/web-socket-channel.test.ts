import { expect, test } from 'vitest';
import { CloseCode, WebSocketChannel, type WebSocketChannelOptions } from '../src/index.ts';
import { ManualTurns } from './manual-turns.ts';
import { RecordingReceiver } from './recording-receiver.ts';
import { ScriptedSocket } from './scripted-socket.ts';

const KIB = 1024;

function started(socket: ScriptedSocket, options: WebSocketChannelOptions = {}) {
  const turns = new ManualTurns();
  const receiver = new RecordingReceiver();
  const channel = new WebSocketChannel(socket, { ...options, turns });
  channel.start(receiver);
  return { turns, receiver, channel };
}

test('what the network takes at once is not lent, and is cut into messages', () => {
  const socket = new ScriptedSocket();
  const { channel, turns } = started(socket);
  expect(channel.send([new Uint8Array(10), new Uint8Array(150 * KIB)])).toBe(true);
  expect(socket.sent.map(({ length }) => length)).toEqual([10, 64 * KIB, 64 * KIB, 22 * KIB]);
  expect(turns.timers).toBe(0);
  expect(socket.binaryType).toBe('arraybuffer');
});

test('what is sent before the socket is open goes out when it is', () => {
  const socket = new ScriptedSocket();
  socket.readyState = 0;
  const { channel, receiver } = started(socket);
  expect(channel.send([Uint8Array.of(1, 2)])).toBe(false);
  expect(channel.queuedBytes).toBe(2);
  expect(socket.sent).toEqual([]);
  socket.opens();
  expect(socket.sent).toEqual([Uint8Array.of(1, 2)]);
  expect(receiver.told).toEqual(['sent']);
});

test('the socket never has more than the bound and one message', () => {
  const socket = new ScriptedSocket({ takesAll: false });
  const { channel, receiver, turns } = started(socket, { bufferedBytesMax: 256 * KIB });
  const bytes = new Uint8Array(2048 * KIB).map((_, i) => i * 7);
  for (let at = 0; at < bytes.length; at += 512 * KIB) {
    expect(channel.send([bytes.subarray(at, at + 512 * KIB)])).toBe(false);
  }
  expect(channel.queuedBytes).toBe(bytes.length);
  for (let i = 0; receiver.told.length < 4 && i < 1000; i++) {
    socket.takes(50 * KIB);
    turns.pass(64);
  }
  expect(receiver.told).toEqual(['sent', 'sent', 'sent', 'sent']);
  expect(socket.bufferedMax).toBeLessThanOrEqual((256 + 64) * KIB);
  expect(Buffer.compare(Buffer.concat(socket.sent), bytes)).toBe(0);
  expect(turns.timers).toBe(0);
});

test('a network that takes nothing is looked at ever less often', () => {
  const socket = new ScriptedSocket({ takesAll: false });
  const { channel, turns } = started(socket);
  channel.send([new Uint8Array(10)]);
  turns.pass(1000);
  expect(turns.timersRun).toBeLessThan(25);
});

test('a network that takes as much as comes is looked at as often as one that is given no more', () => {
  const socket = new ScriptedSocket({ takesAll: false });
  const { channel, turns } = started(socket);
  channel.send([new Uint8Array(1000)]);
  for (let round = 0; round < 100; round++) {
    channel.send([new Uint8Array(100)]);
    socket.takes(100);
    turns.pass(4);
  }
  expect(turns.timersRun).toBe(100);
});

test('a message that comes is a look too, so a tab with slow timers is served as well', () => {
  const socket = new ScriptedSocket({ takesAll: false });
  const { channel, receiver } = started(socket);
  channel.send([new Uint8Array(10)]);
  socket.takes(10);
  socket.hears(Uint8Array.of(5));
  expect(receiver.told).toEqual(['sent']);
  expect(receiver.bytes).toEqual([5]);
});

test('what comes while the channel is paused is held, in order, until it is resumed', () => {
  const socket = new ScriptedSocket();
  const { channel, receiver, turns } = started(socket);
  channel.pause();
  socket.hears(Uint8Array.of(1));
  socket.hears(Uint8Array.of(2));
  expect(receiver.bytes).toEqual([]);
  channel.resume();
  socket.hears(Uint8Array.of(3));
  expect(receiver.bytes).toEqual([]);
  turns.run();
  expect(receiver.bytes).toEqual([1, 2, 3]);
});

test('a receiver that pauses again is left alone again', () => {
  const socket = new ScriptedSocket();
  const { channel, receiver, turns } = started(socket);
  channel.pause();
  for (const byte of [1, 2, 3]) socket.hears(Uint8Array.of(byte));
  receiver.onTold = () => channel.pause();
  channel.resume();
  turns.run();
  expect(receiver.bytes).toEqual([1]);
});

test('a peer that sends more than can be held is cut off', () => {
  const socket = new ScriptedSocket({ ofPage: true });
  const { channel, receiver, turns } = started(socket, { heldBytesMax: 356 });
  channel.pause();
  socket.hears(new Uint8Array(100));
  expect(socket.closedWith).toBeUndefined();
  socket.hears(new Uint8Array(1));
  expect(socket.closedWith).toMatch(/^4009 expected a peer that waits/);
  expect(channel.queuedBytes).toBe(Infinity);
  turns.run();
  expect(receiver.told).toEqual(['closed']);
  expect(receiver.error?.message).toContain('613 bytes');
});

test('messages that are held count also where they are empty', () => {
  const socket = new ScriptedSocket({ ofPage: true });
  const { channel } = started(socket, { heldBytesMax: 10_000 });
  channel.pause();
  for (let i = 0; i < 39; i++) socket.hears(new Uint8Array(0));
  expect(socket.closedWith).toBeUndefined();
  socket.hears(new Uint8Array(0));
  expect(socket.closedWith).toMatch(/^4009 /);
});

test('what was held and then taken does not count any more', () => {
  const socket = new ScriptedSocket();
  const { channel, receiver, turns } = started(socket, { heldBytesMax: 356 });
  for (let i = 0; i < 3; i++) {
    channel.pause();
    socket.hears(new Uint8Array(80));
    channel.resume();
    turns.run();
  }
  expect(receiver.bytes).toHaveLength(240);
  expect(socket.closedWith).toBeUndefined();
});

test('text is refused', () => {
  const socket = new ScriptedSocket();
  const { receiver, turns } = started(socket);
  socket.hears('hello');
  expect(socket.closedWith).toBe('1003 expected binary messages, found string');
  turns.run();
  expect(receiver.told).toEqual(['closed']);
});

test('the end closes behind the last byte, and drops what still comes', () => {
  const socket = new ScriptedSocket({ takesAll: false });
  const { channel, receiver, turns } = started(socket, { bufferedBytesMax: 1 });
  channel.send([new Uint8Array(100 * KIB)]);
  channel.end();
  expect(socket.closedWith).toBeUndefined();
  socket.takes(64 * KIB);
  turns.pass(100);
  expect(socket.closedWith).toBe('1000 ');
  socket.hears(Uint8Array.of(1));
  socket.takes(36 * KIB);
  socket.closes(1000);
  expect(receiver.bytes).toEqual([]);
  expect(receiver.told.at(-1)).toBe('closed');
  expect(receiver.error).toBeUndefined();
  expect(turns.isClosed).toBe(true);
});

test('a peer that takes nothing after the end is dropped after five seconds', () => {
  const socket = new ScriptedSocket({ takesAll: false });
  const { channel, receiver, turns } = started(socket, { bufferedBytesMax: 1 });
  channel.send([new Uint8Array(100 * KIB)]);
  channel.end();
  turns.pass(4900);
  expect(receiver.told).toEqual([]);
  turns.pass(300);
  expect(receiver.told).toEqual(['closed']);
  expect(turns.timers).toBe(0);
});

test.each([
  [{ ofPage: false }, '1001 dropped'],
  [{ ofPage: true }, '4001 dropped'],
])('a drop waits for nobody, and says so as it can: %o', (kind, expected) => {
  const socket = new ScriptedSocket({ ...kind, takesAll: false });
  const { channel, receiver, turns } = started(socket);
  channel.send([new Uint8Array(10)]);
  channel.drop();
  expect(receiver.told).toEqual([]);
  turns.run();
  expect(socket.closedWith).toBe(expected);
  socket.closes(1006);
  turns.pass(10_000);
  expect(receiver.told).toEqual(['closed']);
  expect(channel.send([new Uint8Array(1)])).toBe(true);
});

test('a socket that fails tells why', () => {
  const socket = new ScriptedSocket();
  const { receiver } = started(socket);
  const cause = new Error('as planned');
  socket.tells({ type: 'error', error: cause });
  socket.closes(4011, 'disk on fire');
  expect(receiver.error).toMatchObject({ code: CloseCode.INTERNAL_ERROR, cause });
});

test('a socket that is closed already tells so', () => {
  const socket = new ScriptedSocket();
  socket.readyState = 3;
  const { receiver, turns } = started(socket);
  expect(receiver.told).toEqual([]);
  turns.run();
  expect(receiver.error).toMatchObject({ code: CloseCode.BROKEN });
});
