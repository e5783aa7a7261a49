import { ChunkType, Command, ErrorCode, TransmissionFlag } from '@nbd/codec';
import { expect, test } from 'vitest';
import { concat, content } from '../client-bytes.ts';
import { expectSameBytes } from '../expectations.ts';
import { type ClientTranscript, entered } from './client-transcript.ts';
import {
  chunk,
  cookieOf,
  data,
  extendedChunk,
  lastChunk,
  lastExtendedChunk,
  NONE,
  simple,
} from './reply-bytes.ts';
import { dirty } from './structured-read.ts';

const SUCCESS = { kind: 'answered', failure: undefined };

test('K-020 E-41 replies come in any order, and each finds its request', () => {
  const server = entered();
  const requests = Array.from({ length: 20 }, (_, i) => {
    const target = dirty(16);
    const request = server.session.read(target, 16 * i);
    request.tag = target;
    return cookieOf(request);
  });
  const cookies = new Set(requests.map((cookie) => `${cookie.cookieHigh} ${cookie.cookieLow}`));
  expect(cookies.size).toBe(20);
  expect(server.session.inFlightBytes).toBe(320);
  const replies = requests.map((cookie, i) => simple(cookie, 0, content(16, i)));
  server.says(...replies.toReversed());
  const events = server.events();
  expect(events).toHaveLength(20);
  for (const [i, event] of events.toReversed().entries()) {
    expect(event).toMatchObject(SUCCESS);
    if (event.kind === 'answered') expectSameBytes(event.tag as Uint8Array, content(16, i));
  }
  expect([server.session.inFlight, server.session.inFlightBytes]).toEqual([0, 0]);
});

test('K-020 a second reply to an answered request does not meet the next one', () => {
  const server = entered();
  const first = cookieOf(server.session.flush());
  server.says(simple(first));
  const second = server.session.flush();
  expect(second.cookieLow).toBe(first.cookieLow);
  server.says(simple(first));
  expect(server.events()).toMatchObject([
    SUCCESS,
    { failure: { kind: 'ended' } },
    { kind: 'ended', reason: 'unknown-cookie' },
  ]);
});

test('K-021 no chunk is taken where simple replies were agreed on', () => {
  const server = entered();
  server.says(lastChunk(server.session.flush(), NONE));
  expect(server.ended()).toBe('bad-magic');
});

test('K-021 only extended chunks are taken where extended headers were agreed on', () => {
  const plain = entered({ replyMode: 'extended' });
  plain.says(simple(plain.session.flush()));
  expect(plain.ended()).toBe('bad-magic');
  const chunks = entered({ replyMode: 'extended' });
  chunks.says(lastChunk(chunks.session.flush(), NONE));
  expect(chunks.ended()).toBe('bad-magic');
});

test('K-021 no extended chunk is taken where structured replies were agreed on', () => {
  const server = entered({ replyMode: 'structured' });
  server.says(lastExtendedChunk(server.session.flush(), NONE));
  expect(server.ended()).toBe('bad-magic');
});

test('K-021 a wrong magic is seen before the rest of the head is here', () => {
  for (const replyMode of ['simple', 'structured', 'extended'] as const) {
    const server = entered({ replyMode });
    server.session.flush();
    server.saysSlowly(Uint8Array.of(1, 2, 3, 4));
    expect(server.ended()).toBe('bad-magic');
  }
});

test('K-021 an extended chunk with another offset than its request ends the session', () => {
  const server = entered({ replyMode: 'extended' });
  const request = server.session.trim(4096, 1);
  server.says(lastExtendedChunk({ ...cookieOf(request), offset: 4097 }, NONE));
  expect(server.ended()).toBe('bad-chunk');
});

test('K-021 an extended chunk tells the offset of its request, also if its content is elsewhere', () => {
  const server = entered({ replyMode: 'extended' });
  const target = dirty(8);
  const request = server.session.read(target, 1000);
  server.says(
    extendedChunk(request, data(1004, content(4))),
    lastExtendedChunk(request, data(1000, content(4, 1))),
  );
  expect(server.events()).toMatchObject([SUCCESS]);
  expectSameBytes(target, concat(content(4, 1), content(4)));
});

test('K-022 a simple reply to nothing ends the session', () => {
  for (const replyMode of ['simple', 'structured'] as const) {
    const server = entered({ replyMode });
    server.says(simple({ cookieHigh: 1, cookieLow: 2, offset: 0 }));
    expect(server.ended()).toBe('unknown-cookie');
  }
});

test('K-022 a chunk of a reply to nothing is skipped and counted', () => {
  const server = entered({ replyMode: 'structured' });
  const nobody = { cookieHigh: -1, cookieLow: -2, offset: 0 };
  const first = server.session.flush();
  const request = server.session.flush();
  server.says(
    lastChunk(first, NONE),
    chunk(nobody, data(0, content(100))),
    lastChunk(nobody, { type: 77, bytes: content(9) }),
    lastChunk(request, NONE),
  );
  expect(server.events()).toMatchObject([SUCCESS, SUCCESS]);
  expect(server.session.strayReplies).toBe(2);
});

test('K-022 K-024 a chunk of a reply to nothing may not be endless', () => {
  const server = entered({ replyMode: 'structured' });
  const head = lastChunk({ cookieHigh: 9, cookieLow: 9, offset: 0 }, NONE);
  new DataView(head.buffer).setUint32(16, 2 ** 25 + 9);
  server.says(head);
  expect(server.ended()).toBe('chunk-too-long');
});

test('K-023 a simple reply with data to a READ fails it where structured replies were agreed on', () => {
  const server = entered({ replyMode: 'structured' });
  const target = dirty(64);
  const read = server.session.read(target, 0);
  const flush = server.session.flush();
  server.says(simple(read, 0, content(64)), simple(flush));
  expect(server.events()).toMatchObject([{ failure: { kind: 'bad-reply' } }, SUCCESS]);
  expectSameBytes(target, new Uint8Array(64));
});

test('K-023 a simple error to a READ has no data behind it', () => {
  const server = entered({ replyMode: 'structured' });
  const read = server.session.read(dirty(64), 0);
  const flush = server.session.flush();
  server.says(simple(read, ErrorCode.ENOMEM), simple(flush));
  expect(server.events()).toMatchObject([
    { failure: { kind: 'refused', code: ErrorCode.ENOMEM } },
    SUCCESS,
  ]);
});

test.each([17, 2 ** 25, 2 ** 32 - 1])(
  'K-024 a chunk of %i bytes for a READ of 8 ends the session before it is here',
  (length) => {
    const server = entered({ replyMode: 'structured' });
    const head = lastChunk(server.session.read(dirty(8), 0), NONE);
    const view = new DataView(head.buffer);
    view.setUint16(6, ChunkType.OFFSET_DATA);
    view.setUint32(16, length);
    server.says(head);
    expect(server.ended()).toBe('chunk-too-long');
  },
);

test('K-031 error numbers that are unknown stand for EINVAL, the others for themselves', () => {
  for (const code of [1, 5, 12, 22, 28, 75, 95, 108, 2, 13, 0xffff_ffff]) {
    const server = entered();
    server.says(simple(server.session.flush(), code));
    const known = Object.values(ErrorCode).some((number) => number === code);
    expect(server.events()).toMatchObject([
      { failure: { kind: 'refused', code: known ? code : ErrorCode.EINVAL } },
    ]);
    expect(server.session.phase).toBe('transmission');
  }
});

test('K-013 ESHUTDOWN is noted', () => {
  const server = entered();
  server.says(simple(server.session.flush(), ErrorCode.ESHUTDOWN));
  expect(server.session.serverShutsDown).toBe(true);
});

function commandsOf(server: ClientTranscript) {
  const { session } = server;
  return [
    session.write(content(8), 0),
    session.flush(),
    session.trim(0, 8),
    session.zero(0, 8),
    session.cache(0, 8),
    session.resize(4096),
  ];
}

test('commands without data are answered by simple replies, or by chunks', () => {
  for (const replyMode of ['simple', 'structured', 'extended'] as const) {
    const server = entered({ replyMode });
    const requests = commandsOf(server);
    const types = requests.map(({ type }) => type);
    const replies = requests.map((request, i) => {
      if (replyMode === 'extended') return lastExtendedChunk(request, NONE);
      if (replyMode === 'structured' && i % 2 === 0) return lastChunk(request, NONE);
      return simple(request);
    });
    server.says(...replies);
    const events = server.events();
    expect(events.map((event) => event.kind === 'answered' && event.type)).toEqual(types);
    for (const event of events) expect(event).toMatchObject(SUCCESS);
  }
});

test('a RESIZE that succeeds changes the size, and one that fails does not', () => {
  const server = entered();
  server.says(simple(server.session.resize(100_000)));
  expect(server.session.entered?.size).toBe(100_000);
  server.says(simple(server.session.resize(5), ErrorCode.ENOSPC));
  expect(server.session.entered?.size).toBe(100_000);
  server.session.read(new Uint8Array(1), 99_999);
});

test('a slot holds nothing of the request before', () => {
  const server = entered({ transmissionFlags: TransmissionFlag.HAS_FLAGS });
  const first = server.session.read(new Uint8Array(8), 0);
  first.tag = 'mine';
  server.says(simple(first, ErrorCode.EIO));
  const second = server.session.read(new Uint8Array(4), 8);
  expect(second).toBe(first);
  expect(second).toMatchObject({
    tag: undefined,
    failure: undefined,
    length: 4,
    type: Command.READ,
  });
});

test('K-025 a host that puts data in place itself is told where, and may not put more', () => {
  const server = entered();
  const target = dirty(100);
  const reply = simple(cookieOf(server.session.read(target, 0)), 0, content(100));
  expect(server.session.landing).toBeUndefined();
  server.says(reply.subarray(0, 20));
  const place = server.session.landing;
  expect(place?.byteOffset).toBe(target.byteOffset + 4);
  expect(place?.length).toBe(96);
  expect(() => server.session.landed(97)).toThrow('no more bytes than there is a place for');
  place?.set(reply.subarray(20));
  server.session.landed(96);
  expect(server.events()).toMatchObject([SUCCESS]);
  expectSameBytes(target, content(100));
  expect(server.session.landing).toBeUndefined();
});
