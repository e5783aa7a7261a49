/** S1: what happens does not depend on how the bytes were cut (C-003). */
import { Command, CommandFlag, Info, Option } from '@nbd/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AutomaticHost } from './automatic-host.ts';
import {
  clientFlags,
  concat,
  content,
  disconnect,
  go,
  infoOption,
  option,
  read,
  request,
  withOffset,
  write,
} from './client-bytes.ts';
import { decodeOutput } from './decode-output.ts';
import { propertyRuns } from './property-runs.ts';

/** Every message of a lively conversation, in order. */
const messages: readonly Uint8Array[] = [
  clientFlags(3),
  option(Option.STRUCTURED_REPLY),
  option(Option.LIST),
  option(Option.LIST, content(40)),
  option(77, content(3000)),
  infoOption(Option.INFO, 'disk', Info.NAME, Info.BLOCK_SIZE),
  option(Option.GO, content(9)),
  go('disk', Info.NAME),
  ...Array.from({ length: 200 }, (_, i) => mixedRequest(i)),
  disconnect(),
  read(0, 1),
];

const conversation = concat(...messages);
const WHOLE = played([conversation]);

/** One of ten kinds of request, lawful and not. */
function mixedRequest(i: number): Uint8Array {
  const offset = (i * 911) % 60_000;
  switch (i % 10) {
    case 0:
    case 1:
      return write(offset, content((i * 37) % 900, i), { cookie: i });
    case 2:
      return write(65_536 - (i % 7), content(300), { cookie: i });
    case 3:
      return read(offset, 0, i);
    case 4:
      return request({ type: Command.FLUSH, cookie: i, flags: CommandFlag.FUA });
    case 5:
      return request({ type: Command.WRITE_ZEROES, offset, length: 200, cookie: i });
    case 6:
      return request({ type: 300 + i, offset, length: i, cookie: i });
    case 7:
      return withOffset(read(0, 5, i), 2n ** 64n - 1n - BigInt(i));
    default:
      return read(offset, (i * 53) % 3000, i);
  }
}

function played(chunks: Iterable<Uint8Array>): AutomaticHost {
  const host = new AutomaticHost();
  for (const chunk of chunks) host.receives(chunk);
  host.session.receiveEnd();
  host.turn();
  return host;
}

function expectTheSame(host: AutomaticHost): void {
  expect(host.events).toEqual(WHOLE.events);
  expect(Buffer.compare(host.output, WHOLE.output)).toBe(0);
  expect(Buffer.compare(host.disk, WHOLE.disk)).toBe(0);
  expect(host.pool.lentBytes).toBe(0);
}

function* cutAt(places: readonly number[]): Generator<Uint8Array> {
  const sorted = [0, ...places.toSorted((a, b) => a - b), conversation.length];
  for (let i = 1; i < sorted.length; i++) yield conversation.subarray(sorted[i - 1], sorted[i]);
}

test('the conversation is a lively one', () => {
  expect(WHOLE.events.at(-1)).toBe('ended disconnected');
  expect(WHOLE.events.length).toBeGreaterThan(100);
  const { replies, optionReplies } = decodeOutput(WHOLE.output, WHOLE);
  expect(replies).toHaveLength(200);
  expect(new Set(replies.map(({ error }) => error)).size).toBe(3);
  expect(optionReplies).toHaveLength(13);
});

test('S1 C-003 a conversation is the same byte by byte', () => {
  expectTheSame(played(Array.from(conversation, (byte) => Uint8Array.of(byte))));
});

test('S1 C-003 a conversation is the same message by message', () => {
  expectTheSame(played(messages));
});

test('S1 C-003 a conversation is the same however it is cut', () => {
  const place = fc.integer({ min: 0, max: conversation.length });
  fc.assert(
    fc.property(fc.array(place, { maxLength: 300 }), (places) => {
      expectTheSame(played(cutAt(places)));
    }),
    propertyRuns(60),
  );
});

test('S1 C-003 a conversation is the same in pieces of one size', () => {
  for (const size of [3, 16, 27, 28, 29, 1000, 4096, 4160]) {
    const places = Array.from(
      { length: Math.floor(conversation.length / size) },
      (_, i) => (i + 1) * size,
    );
    expectTheSame(played(cutAt(places)));
  }
});
