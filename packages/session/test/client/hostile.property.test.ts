/** Nothing that a server sends makes a session throw, answer twice, write beside a target or keep its memory. */
import { Option } from '@nbd/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReplyMode } from '../../src/index.ts';
import { concat, content } from '../client-bytes.ts';
import { propertyRuns } from '../property-runs.ts';
import { ack, exportInfo, greeting, info, listed, metaContext } from '../server-bytes.ts';
import { type ClientTranscript, clientTranscript, entered } from './client-transcript.ts';
import { Dice } from './dice.ts';
import { ModelServer } from './model-server.ts';

const SIZE = 4096;
const CANARY = 0xca;
const dice = fc.array(fc.nat(), { minLength: 1, maxLength: 60 });
const mode = fc.constantFrom<ReplyMode>('simple', 'structured', 'extended');

/** One thing that goes wrong with a stream. */
const harm = fc.record({
  kind: fc.constantFrom('flip', 'set', 'insert', 'drop', 'repeat'),
  at: fc.nat(),
  value: fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff),
  length: fc.integer({ min: 1, max: 40 }),
});

function harmed(
  bytes: Uint8Array,
  harms: readonly { kind: string; at: number; value: number; length: number }[],
): Uint8Array {
  let stream = bytes;
  for (const { kind, at: anywhere, value, length } of harms) {
    const at = anywhere % (stream.length + 1);
    const before = stream.subarray(0, at);
    const after = stream.subarray(at);
    if (kind === 'insert') stream = concat(before, new Uint8Array(length).fill(value), after);
    else if (kind === 'drop') stream = concat(before, after.subarray(length));
    else if (kind === 'repeat') stream = concat(before, after.subarray(0, length), after);
    else {
      const copy = stream.slice();
      const old = copy[at];
      if (old !== undefined) copy[at] = kind === 'flip' ? old ^ (value | 1) : value;
      stream = copy;
    }
  }
  return stream;
}

/** Feeds `stream` and then the end; each request must be answered once, and the end told once and last. */
function expectSurvival(
  server: ClientTranscript,
  stream: Uint8Array,
  random: Dice,
  requests: number,
): void {
  server.lands = random.oneIn(2);
  for (const piece of random.cut(stream)) server.says(piece);
  server.closes();
  const events = server.events();
  const tags = events.flatMap((event) => (event.kind === 'answered' ? [event.tag] : []));
  expect(new Set(tags).size).toBe(tags.length);
  expect(tags).toHaveLength(requests);
  const kinds = events.map(({ kind }) => kind as string);
  expect(kinds.indexOf('ended')).toBe(events.length - 1);
  server.heard();
  expect(server.pool.lentBytes).toBe(0);
}

test('a stream of replies that is harmed in any way', () => {
  fc.assert(
    fc.property(mode, dice, fc.array(harm, { maxLength: 4 }), (replyMode, numbers, harms) => {
      const random = new Dice(numbers);
      const contexts = replyMode === 'simple' ? [] : ['base:allocation'];
      const server = entered({ replyMode, size: SIZE, contexts });
      const { session } = server;
      const buffers: Uint8Array[] = [];
      for (let tag = 0; tag < 12; tag += 2) {
        const length = 1 + random.below(300);
        const buffer = new Uint8Array(length + 20).fill(CANARY);
        buffers.push(buffer);
        session.read(buffer.subarray(10, 10 + length), random.below(SIZE - 300)).tag = tag;
        if (replyMode === 'simple') session.write(content(50), 7).tag = tag + 1;
        else session.blockStatus(0, 1 + random.below(900)).tag = tag + 1;
      }
      const model = new ModelServer(replyMode, SIZE, random);
      model.hears(server.heard());
      expectSurvival(server, harmed(model.says(true), harms), random, 12);
      for (const buffer of buffers) {
        expect(buffer.subarray(0, 10).every((byte) => byte === CANARY)).toBe(true);
        expect(buffer.subarray(-10).every((byte) => byte === CANARY)).toBe(true);
      }
    }),
    propertyRuns(400),
  );
});

/** A handshake with everything in it, as the client below asks for it. */
const HANDSHAKE = concat(
  greeting(),
  ack(Option.STRUCTURED_REPLY),
  listed(Option.LIST, 'disk', 'a disk'),
  listed(Option.LIST, 'other'),
  ack(Option.LIST),
  metaContext(Option.LIST_META_CONTEXT, 0, 'base:allocation'),
  ack(Option.LIST_META_CONTEXT),
  metaContext(Option.SET_META_CONTEXT, 3, 'base:allocation'),
  ack(Option.SET_META_CONTEXT),
  info(Option.GO, { kind: 'name', name: 'disk' }),
  info(Option.GO, { kind: 'block-size', minimum: 1, preferred: 4096, payloadMax: 2 ** 25 }),
  info(Option.GO, { kind: 'unknown', info: 900, data: content(30) }),
  exportInfo(Option.GO, SIZE, 0xffff),
  ack(Option.GO),
);

/** Asks for one thing after the other, whatever became of the last. */
function wishes(server: ClientTranscript, step: number): void {
  const { session } = server;
  if (session.phase !== 'haggling' || session.isAsking) return;
  switch (step) {
    case 0:
      return session.requestStructuredReplies();
    case 1:
      return session.list();
    case 2:
      return session.listContexts('disk', []);
    case 3:
      return session.setContexts('disk', ['base:allocation']);
    default:
      return session.go('disk');
  }
}

test('a handshake that is harmed in any way', () => {
  let entries = 0;
  fc.assert(
    fc.property(dice, fc.array(harm, { maxLength: 3 }), (numbers, harms) => {
      const random = new Dice(numbers);
      const server = clientTranscript({ strict: false });
      let step = 0;
      for (const byte of harmed(HANDSHAKE, harms)) {
        server.says(Uint8Array.of(byte));
        if (server.session.phase === 'haggling' && !server.session.isAsking) {
          wishes(server, step);
          step++;
        }
      }
      if (server.session.phase === 'transmission') entries++;
      expectSurvival(server, new Uint8Array(0), random, 0);
    }),
    propertyRuns(300),
  );
  expect(entries).toBeGreaterThan(0);
});

test('any bytes at all, in any phase', () => {
  const phase = fc.constantFrom('greeting', 'haggling', 'transmission');
  fc.assert(
    fc.property(
      phase,
      mode,
      fc.uint8Array({ maxLength: 200 }),
      dice,
      (where, replyMode, bytes, numbers) => {
        const server = where === 'transmission' ? entered({ replyMode }) : clientTranscript();
        if (where === 'haggling') {
          server.says(greeting());
          server.session.list();
        }
        if (where === 'transmission') server.session.read(new Uint8Array(100), 0).tag = 1;
        expectSurvival(server, bytes, new Dice(numbers), where === 'transmission' ? 1 : 0);
      },
    ),
    propertyRuns(300),
  );
});
