import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessagePortChannel, type MessagePortLike } from '../src/index.ts';
import { ManualTurns } from './manual-turns.ts';
import { RecordingReceiver } from './recording-receiver.ts';

/** A port as most browsers have them: it does not tell when the other end is closed. */
function discreet(port: MessagePort): MessagePortLike {
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    addEventListener(type, listener) {
      if (type === 'message') port.addEventListener(type, listener);
    },
    start: () => port.start(),
    close: () => port.close(),
  };
}

function pair(creditBytes?: number) {
  const { port1, port2 } = new MessageChannel();
  const options = creditBytes === undefined ? {} : { creditBytes };
  const ends = [port1, port2].map((port) => {
    const channel = new MessagePortChannel(discreet(port), options);
    const receiver = new RecordingReceiver();
    return { channel, receiver };
  });
  for (const { channel, receiver } of ends) channel.start(receiver);
  return ends as [(typeof ends)[0], (typeof ends)[0]];
}

test('any bytes in any cut come through, with any credit', async () => {
  const segments = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(segments, fc.integer({ min: 1, max: 50 }), async (sent, creditBytes) => {
      const [here, there] = pair(creditBytes);
      let lent = 0;
      for (const segment of sent) if (!here.channel.send([segment])) lent += 1;
      const expected = sent.flatMap((segment) => [...segment]);
      await there.receiver.until(() => there.receiver.bytes.length === expected.length);
      expect(there.receiver.bytes).toEqual(expected);
      here.channel.end();
      there.channel.end();
      await here.receiver.until(() => here.receiver.told.includes('closed'));
      await there.receiver.until(() => there.receiver.told.includes('closed'));
      expect(here.receiver.told.filter((what) => what === 'sent')).toHaveLength(lent);
      expect(here.receiver.error).toBeUndefined();
    }),
    { numRuns: 30 },
  );
});

test('a receiver that pauses holds the sender back at the credit', async () => {
  const [here, there] = pair(1000);
  there.channel.pause();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(here.channel.send([new Uint8Array(5000)])).toBe(false);
  here.channel.send([new Uint8Array(500)]);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(there.receiver.bytes).toHaveLength(0);
  expect(here.channel.queuedBytes).toBe(4500);
  there.channel.resume();
  await here.receiver.until(() => here.receiver.told.length === 2);
  await there.receiver.until(() => there.receiver.bytes.length === 5500);
  here.channel.drop();
});

test('what was sent before the end arrives before it, and the other end may still speak', async () => {
  const [here, there] = pair(10);
  here.channel.send([new Uint8Array(25)]);
  here.channel.end();
  await there.receiver.until(() => there.receiver.told.includes('ended'));
  expect(there.receiver.bytes).toHaveLength(25);
  there.channel.send([Uint8Array.of(1)]);
  there.channel.end();
  await here.receiver.until(() => here.receiver.told.includes('closed'));
  expect(here.receiver.bytes).toEqual([]);
});

test('an end that waits for credit is said, and is the end, when the credit has come', async () => {
  const [here, there] = pair(10);
  there.channel.end();
  await here.receiver.until(() => here.receiver.told.includes('ended'));
  here.channel.send([new Uint8Array(95)]);
  here.channel.end();
  await here.receiver.until(() => here.receiver.told.includes('closed'));
  await there.receiver.until(() => there.receiver.told.includes('closed'));
  expect(here.receiver.told).toEqual(['ended', 'sent', 'closed']);
  expect(there.receiver.told).toEqual(['closed']);
});

test('an end that the other end does not answer is over after five seconds', async () => {
  const { port1, port2 } = new MessageChannel();
  const turns = new ManualTurns();
  const receiver = new RecordingReceiver();
  const channel = new MessagePortChannel(discreet(port1), { turns });
  channel.start(receiver);
  channel.end();
  turns.pass(4999);
  expect(receiver.told).toEqual([]);
  turns.pass(1);
  expect(receiver.told).toEqual(['closed']);
  expect(turns.isClosed).toBe(true);
  port2.close();
});

test('a drop is told to both ends, once', async () => {
  const [here, there] = pair();
  here.channel.drop();
  here.channel.drop();
  await there.receiver.until(() => there.receiver.told.length > 0);
  await here.receiver.until(() => here.receiver.told.length > 0);
  expect(here.receiver.told).toEqual(['closed']);
  expect(there.receiver.told).toEqual(['closed']);
  expect(here.channel.queuedBytes).toBe(Infinity);
});

test('a port that is closed at the other end is the end of the channel', async () => {
  const { port1, port2 } = new MessageChannel();
  const receiver = new RecordingReceiver();
  new MessagePortChannel(port1).start(receiver);
  port2.close();
  await receiver.until(() => receiver.told.length > 0);
  expect(receiver.told).toEqual(['closed']);
});

test.each([
  [[new ArrayBuffer(11)], 'expected at most 10 bytes, found 11 bytes'],
  [[new ArrayBuffer(4), new ArrayBuffer(7)], 'expected at most 6 bytes, found 7 bytes'],
  [[{}], 'found object'],
])('an end that sends what it may not is dropped: %o', async (messages, text) => {
  const { port1, port2 } = new MessageChannel();
  const receiver = new RecordingReceiver();
  const channel = new MessagePortChannel(port1, { creditBytes: 10 });
  channel.start(receiver);
  channel.pause();
  for (const message of messages) port2.postMessage(message);
  await receiver.until(() => receiver.told.length > 0);
  expect(receiver.told).toEqual(['closed']);
  expect(receiver.error?.message).toContain(text);
});

test('a task that is deferred when all is over still runs', async () => {
  const [here] = pair();
  here.channel.drop();
  await here.receiver.until(() => here.receiver.told.length > 0);
  await new Promise<void>((resolve) => {
    here.channel.defer(resolve);
  });
  expect(here.receiver.told).toEqual(['closed']);
});
