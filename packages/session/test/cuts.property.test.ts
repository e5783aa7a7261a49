/** S1: what happens does not depend on how the bytes were cut (C-003). */
import {
  Command,
  CommandFlag,
  encodeBlockStatusFilter,
  Info,
  measureBlockStatusFilter,
  Option,
} from '@nbd/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReplyMode } from '../src/index.ts';
import { AutomaticHost } from './automatic-host.ts';
import {
  agreement,
  clientFlags,
  concat,
  content,
  extendedRequest,
  go,
  infoOption,
  option,
  requestIn,
  withOffset,
  written,
} from './client-bytes.ts';
import { decodeOutput } from './decode-output.ts';
import { propertyRuns } from './property-runs.ts';

const MODES = ['simple', 'structured', 'extended'] as const satisfies readonly ReplyMode[];

/** Every message of a lively conversation, in order. */
function messagesIn(replyMode: ReplyMode): readonly Uint8Array[] {
  const requests = Array.from({ length: 200 }, (_, i) => mixedRequest(i, replyMode));
  const contexts = replyMode === 'simple' ? [] : ['base:allocation', 'x-test:map'];
  return [
    clientFlags(3),
    agreement(replyMode, 'disk', ...contexts),
    option(Option.LIST),
    option(Option.LIST, content(40)),
    option(77, content(3000)),
    infoOption(Option.INFO, 'disk', Info.NAME, Info.BLOCK_SIZE),
    option(Option.GO, content(9)),
    go('disk', Info.NAME),
    ...requests,
    requestIn(replyMode, { type: Command.DISC }),
    requestIn(replyMode, { length: 1 }),
  ];
}

/** One of ten kinds of request, lawful and not. */
function mixedRequest(i: number, replyMode: ReplyMode): Uint8Array {
  const offset = (i * 911) % 60_000;
  const ask = (fields: Parameters<typeof requestIn>[1]) =>
    requestIn(replyMode, { cookie: i, ...fields });
  switch (i % 10) {
    case 0:
    case 1:
      return ask({ type: Command.WRITE, offset, payload: content((i * 37) % 900, i) });
    case 2:
      return ask({ type: Command.WRITE, offset: 65_536 - (i % 7), payload: content(300) });
    case 3:
      return ask({ offset });
    case 4:
      return ask({ type: Command.FLUSH, flags: CommandFlag.FUA });
    case 5:
      return ask({ type: Command.WRITE_ZEROES, offset, length: 200 });
    case 6:
      return ask({ type: 300 + i, offset, length: i });
    case 7:
      return withOffset(ask({ length: 5 }), 2n ** 64n - 1n - BigInt(i));
    case 8:
      return i % 20 === 8 || replyMode !== 'extended'
        ? ask({ type: Command.BLOCK_STATUS, offset, length: 400 })
        : filtered(i, offset);
    default:
      return ask({ offset, length: (i * 53) % 3000 });
  }
}

/** A BLOCK_STATUS with a payload: for the second context. */
function filtered(cookie: number, offset: number): Uint8Array {
  const filter = { effectLength: 300, contextIds: [2] };
  const length = measureBlockStatusFilter(filter);
  const flags = CommandFlag.PAYLOAD_LEN;
  return concat(
    extendedRequest({ type: Command.BLOCK_STATUS, cookie, offset, flags, length }),
    written(length, (view) => encodeBlockStatusFilter(view, 0, filter)),
  );
}

function played(chunks: Iterable<Uint8Array>, lands = false): AutomaticHost {
  const host = new AutomaticHost({ lands });
  for (const chunk of chunks) host.receives(chunk);
  host.session.receiveEnd();
  host.turn();
  return host;
}

function* cutAt(whole: Uint8Array, places: readonly number[]): Generator<Uint8Array> {
  const sorted = [0, ...places.toSorted((a, b) => a - b), whole.length];
  for (let i = 1; i < sorted.length; i++) yield whole.subarray(sorted[i - 1], sorted[i]);
}

describe.each(MODES)('S1 C-003 a conversation with %s replies', (replyMode) => {
  const messages = messagesIn(replyMode);
  const conversation = concat(...messages);
  const expected = played([conversation]);

  function expectTheSame(host: AutomaticHost): void {
    expect(host.events).toEqual(expected.events);
    expect(Buffer.compare(host.output, expected.output)).toBe(0);
    expect(Buffer.compare(host.disk, expected.disk)).toBe(0);
    expect(host.pool.lentBytes).toBe(0);
  }

  test('is a lively one', () => {
    expect(expected.events.at(-1)).toBe('ended disconnected');
    expect(expected.events.length).toBeGreaterThan(100);
    const { replies, optionReplies } = decodeOutput(expected.output, expected);
    expect(replies).toHaveLength(200);
    expect(new Set(replies.map(({ error }) => error)).size).toBe(3);
    expect(optionReplies).toHaveLength(replyMode === 'simple' ? 12 : 16);
  });

  test('is the same byte by byte', () => {
    expectTheSame(played(Array.from(conversation, (byte) => Uint8Array.of(byte))));
  });

  test('is the same message by message', () => {
    expectTheSame(played(messages));
  });

  test('is the same however it is cut', () => {
    const place = fc.integer({ min: 0, max: conversation.length });
    fc.assert(
      fc.property(fc.array(place, { maxLength: 300 }), fc.boolean(), (places, lands) => {
        expectTheSame(played(cutAt(conversation, places), lands));
      }),
      propertyRuns(40),
    );
  });

  test('is the same in pieces of one size', () => {
    for (const size of [3, 16, 27, 28, 29, 31, 32, 33, 1000, 4096, 4160]) {
      const count = Math.floor(conversation.length / size);
      const places = Array.from({ length: count }, (_, i) => (i + 1) * size);
      expectTheSame(played(cutAt(conversation, places)));
    }
  });
});
