/** What a session says does not depend on how the peer's bytes were cut into messages. */
import { Command, decodeSimpleReply, SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { oneExport } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serveWebSocket } from '../src/index.ts';
import { type ClientRequest, entrance, goodbye, request } from './client-bytes.ts';
import { ScriptedSocket } from './scripted-socket.ts';

const SIZE = 100_000;
/** The disk is read before this offset and written behind it, for reads and writes may overtake each other. */
const MIDDLE = 60_000;

const REQUESTS: readonly ClientRequest[] = Array.from({ length: 60 }, (_, i) => {
  const offset = (i * 911) % 30_000;
  if (i % 3 === 0) {
    const payload = new Uint8Array((i * 37) % 900).fill(i);
    return { type: Command.WRITE, offset: MIDDLE + offset, payload };
  }
  if (i % 10 === 7) return { type: Command.READ, offset: SIZE - 1, length: 2 };
  return { type: Command.READ, offset, length: (i * 501) % 9000 };
});

const CONVERSATION = Buffer.concat([
  entrance(),
  ...REQUESTS.map((each, cookie) => request(cookie, each)),
  goodbye(),
]);

interface Outcome {
  readonly handshake: string;
  /** By cookie. */
  readonly replies: readonly (Reply | undefined)[];
  /** What the disk holds in the end. */
  readonly disk: string;
  readonly closedWith: string | undefined;
}

interface Reply {
  readonly error: number;
  /** One character for each byte. */
  readonly data: string;
}

/** What becomes of the conversation if it comes in these messages. */
async function outcomeOf(pieces: Iterable<Uint8Array>): Promise<Outcome> {
  const socket = new ScriptedSocket();
  socket.onClosing = () => queueMicrotask(() => socket.closes(1000));
  const driver = memoryDriver({ size: SIZE });
  void driver.write?.(Buffer.from(Array.from({ length: MIDDLE }, (_, i) => i)), 0, { fua: false });
  const served = serveWebSocket(socket, {
    exports: oneExport({ driver }),
    context: { peer: 'a test' },
  });
  for (const piece of pieces) socket.hears(piece);
  await served.done;
  const bytes = Buffer.concat(socket.sent);
  const begin = bytes.indexOf(SIMPLE_REPLY);
  const disk = Buffer.alloc(SIZE);
  await driver.read(disk, 0);
  return {
    handshake: bytes.toString('latin1', 0, begin),
    replies: repliesIn(bytes.subarray(begin)),
    disk: disk.toString('latin1'),
    closedWith: socket.closedWith,
  };
}

const SIMPLE_REPLY = Buffer.from('67446698', 'hex');

function repliesIn(bytes: Buffer): (Reply | undefined)[] {
  const replies: (Reply | undefined)[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const { error, cookieLow } = decodeSimpleReply(view, at, {
      error: 0,
      cookieHigh: 0,
      cookieLow: 0,
    });
    at += SIMPLE_REPLY_BYTES;
    const asked = REQUESTS[cookieLow];
    const length = asked?.type === Command.READ && error === 0 ? (asked.length ?? 0) : 0;
    replies[cookieLow] = { error, data: bytes.toString('latin1', at, at + length) };
    at += length;
  }
  return replies;
}

function* cutAt(places: readonly number[]): Generator<Uint8Array> {
  const sorted = [0, ...places.toSorted((a, b) => a - b), CONVERSATION.length];
  for (let i = 1; i < sorted.length; i++) yield CONVERSATION.subarray(sorted[i - 1], sorted[i]);
}

test('a conversation is the same in any cut of messages', async () => {
  const expected = await outcomeOf([CONVERSATION]);
  expect(expected.replies).toHaveLength(REQUESTS.length);
  expect(new Set(expected.replies.map((reply) => reply?.error)).size).toBe(2);
  expect(expected.closedWith).toBe('1000 disconnected');
  const byteByByte = Array.from(CONVERSATION.subarray(0, 300), (_, i) => i);
  const place = fc.integer({ min: 0, max: CONVERSATION.length });
  await fc.assert(
    fc.asyncProperty(fc.array(place, { maxLength: 100 }), async (places) => {
      expect(await outcomeOf(cutAt(places))).toEqual(expected);
    }),
    { numRuns: 25, examples: [[byteByByte]] },
  );
});
