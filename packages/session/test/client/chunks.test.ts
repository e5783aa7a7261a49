import { ChunkType, ErrorCode } from '@nbd/codec';
import { expect, test } from 'vitest';
import { concat, content } from '../client-bytes.ts';
import { expectSameBytes } from '../expectations.ts';
import { entered } from './client-transcript.ts';
import {
  chunk,
  data,
  error,
  errorAt,
  hole,
  lastChunk,
  NONE,
  type Payload,
  simple,
  status,
} from './reply-bytes.ts';
import { DIRTY, dirty, readOf } from './structured-read.ts';

const SUCCESS = { kind: 'answered', failure: undefined };

test('K-025 content in pieces of any order fills the target', () => {
  const { events, target } = readOf(
    100,
    data(1090, content(10, 3)),
    data(1000, content(40, 1)),
    hole(1040, 30),
    data(1070, content(20, 2)),
    NONE,
  );
  expect(events).toMatchObject([SUCCESS]);
  expectSameBytes(
    target,
    concat(content(40, 1), new Uint8Array(30), content(20, 2), content(10, 3)),
  );
});

test('K-025 content in one piece fills the target, and so does one hole', () => {
  const whole = readOf(100, data(1000, content(100)));
  expect(whole.events).toMatchObject([SUCCESS]);
  expectSameBytes(whole.target, content(100));
  const nothing = readOf(100, hole(1000, 100));
  expect(nothing.events).toMatchObject([SUCCESS]);
  expectSameBytes(nothing.target, new Uint8Array(100));
});

/** `payload` of OFFSET_DATA or OFFSET_HOLE with any offset of 64 bits. */
function at(offset: bigint, { type, bytes }: Payload): Payload {
  const copy = bytes.slice();
  new DataView(copy.buffer).setBigUint64(0, offset);
  return { type, bytes: copy };
}

test('K-025 a window on a larger buffer is never left', () => {
  const server = entered({ replyMode: 'structured' });
  const buffer = dirty(300);
  const request = server.session.read(buffer.subarray(100, 200), 1000);
  server.says(chunk(request, data(1050, content(50))), chunk(request, hole(1000, 25)));
  server.says(chunk(request, data(999, content(2))), chunk(request, hole(1050, 100)));
  server.says(lastChunk(request, data(1099, content(2))));
  expect(server.events()).toMatchObject([{ failure: { kind: 'bad-reply' } }]);
  expectSameBytes(buffer.subarray(0, 100), dirty(100));
  expectSameBytes(buffer.subarray(200), dirty(100));
});

test.each([
  ['E-44 all of it', [NONE], 0],
  ['the end', [data(1000, content(99))], 99],
  ['the start', [data(1001, content(99)), NONE], 0],
  ['the middle', [data(1000, content(20)), data(1021, content(79))], 20],
])(
  'K-025 K-026 a READ without %s of its content fails, and what is missing is zero',
  (_name, payloads, kept) => {
    const { events, target } = readOf(100, ...payloads);
    expect(events).toMatchObject([{ failure: { kind: 'bad-reply' } }]);
    expect(target.includes(DIRTY)).toBe(false);
    expectSameBytes(target.subarray(0, kept), content(kept));
  },
);

test('K-025 a reply in more pieces than anyone could want fails the READ', () => {
  const server = entered({ replyMode: 'structured' });
  const request = server.session.read(new Uint8Array(20_000), 0);
  const pieces = Array.from({ length: 5000 }, (_, i) => chunk(request, hole(4 * i, 1)));
  server.says(...pieces, lastChunk(request, NONE));
  expect(server.events()).toMatchObject([{ failure: { kind: 'bad-reply' } }]);
});

test('K-026 a READ that fails leaves no byte of an older time in its target', () => {
  for (const replyMode of ['simple', 'structured'] as const) {
    const server = entered({ replyMode });
    const target = dirty(100);
    const request = server.session.read(target, 0);
    const reply = lastChunk(request, error(ErrorCode.EIO));
    server.says(replyMode === 'simple' ? simple(request, ErrorCode.EIO) : reply);
    expect(server.events()).toMatchObject([{ failure: { code: ErrorCode.EIO } }]);
    expectSameBytes(target, new Uint8Array(100));
  }
});

test('K-026 a READ that is cut short by the end leaves only what came', () => {
  for (const replyMode of ['simple', 'structured'] as const) {
    const server = entered({ replyMode });
    const target = dirty(100);
    const request = server.session.read(target, 0);
    const whole =
      replyMode === 'simple'
        ? simple(request, 0, content(100))
        : lastChunk(request, data(0, content(100)));
    server.says(whole.subarray(0, -60));
    server.closes();
    expect(server.events()).toMatchObject([
      { failure: { kind: 'ended' } },
      { kind: 'ended', reason: 'closed-early' },
    ]);
    expectSameBytes(target, concat(content(100).subarray(0, 40), new Uint8Array(60)));
  }
});

test('K-027 the first error of a reply is the one that counts', () => {
  const { events } = readOf(
    100,
    data(1000, content(50)),
    errorAt(ErrorCode.EIO, 1050, 'a bad sector'),
    error(ErrorCode.ENOMEM),
  );
  expect(events).toMatchObject([
    { failure: { kind: 'refused', code: ErrorCode.EIO, text: 'a bad sector', offset: 1050 } },
  ]);
});

test('K-027 content that comes after an error does not heal it', () => {
  const { events, target } = readOf(100, error(ErrorCode.EIO), data(1000, content(100)));
  expect(events).toMatchObject([{ failure: { code: ErrorCode.EIO } }]);
  expectSameBytes(target, content(100));
});

test('K-027 an error number of 0, or one that is unknown, stands for EINVAL', () => {
  for (const code of [0, 2, 0xffff_ffff]) {
    expect(readOf(100, error(code)).events).toMatchObject([
      { failure: { kind: 'refused', code: ErrorCode.EINVAL } },
    ]);
  }
});

test('K-027 an offset outside of the request is not told', () => {
  for (const offset of [999, 1100]) {
    const [told] = readOf(100, errorAt(ErrorCode.EIO, offset, 'x')).events;
    expect(told).toMatchObject({ failure: { text: 'x', offset: undefined } });
  }
});

test('K-027 an error of an unknown type fails the request, and its tail is ignored', () => {
  const { type: _, bytes } = error(ErrorCode.ENOSPC, 'full');
  const { server, events } = readOf(100, { type: 0x8123, bytes: concat(bytes, content(40)) });
  expect(events).toMatchObject([{ failure: { code: ErrorCode.ENOSPC, text: 'full' } }]);
  expect(server.session.phase).toBe('transmission');
});

test('K-027 words of an error that are no text fail the request and no more', () => {
  const { type, bytes } = error(ErrorCode.ENOSPC, 'full');
  const { server, events } = readOf(100, { type, bytes: bytes.fill(0xff, 6) });
  expect(events).toMatchObject([{ failure: { kind: 'refused', text: '' } }]);
  expect(server.session.phase).toBe('transmission');
});

test.each([
  ['ERROR', { ...error(ErrorCode.EIO, 'bad'), cut: 1 }],
  ['ERROR_OFFSET', { ...errorAt(ErrorCode.EIO, 1000, 'bad'), cut: 1 }],
])('K-027 E-43 an %s with a message longer than its chunk ends the session', (_name, payload) => {
  const bytes = payload.bytes.subarray(0, -payload.cut);
  expect(readOf(100, { type: payload.type, bytes }).events).toMatchObject([
    { failure: { kind: 'ended' } },
    { kind: 'ended', reason: 'bad-length' },
  ]);
});

test('K-028 a NONE that is not the last ends the session', () => {
  expect(readOf(100, NONE, data(1000, content(100))).events.at(-1)).toMatchObject({
    reason: 'bad-chunk',
  });
});

test.each([
  ['data', data(0, content(8))],
  ['a hole', hole(0, 8)],
])('K-028 %s for what is no READ ends the session', (_name, payload) => {
  const server = entered({ replyMode: 'structured' });
  server.says(lastChunk(server.session.write(content(8), 0), payload));
  expect(server.ended()).toBe('bad-chunk');
});
test.each([
  ['before the request', data(999, content(2))],
  ['at its end', data(1100, content(1))],
  ['over its end', data(1099, content(2))],
  ['near 2^64', at(2n ** 64n - 1n, data(0, content(100)))],
  ['near 2^64, so that the sum wraps into it', at(2n ** 64n - 50n, data(0, content(100)))],
  ['at 2^53 + 1000', at(2n ** 53n + 1000n, data(0, content(100)))],
  ['as a hole over its end', hole(1001, 100)],
  ['as a hole near 2^64', at(2n ** 64n - 1n, hole(0, 2 ** 32 - 1))],
])('K-025 E-38 content %s fails the READ and writes nothing', (_name, payload) => {
  const { server, events, target } = readOf(100, payload);
  expect(events).toMatchObject([{ failure: { kind: 'bad-reply', code: ErrorCode.EIO } }]);
  expectSameBytes(target, new Uint8Array(100));
  server.says(lastChunk(server.session.flush(), NONE));
  expect(server.events()).toMatchObject([SUCCESS]);
});

test.each([
  ['twice', [data(1000, content(100)), data(1000, content(100))]],
  ['twice in part', [data(1000, content(60)), data(1059, content(41))]],
  ['twice in part, from behind', [data(1040, content(60)), data(1000, content(41))]],
  ['again as a hole', [data(1000, content(100)), hole(1050, 1)]],
  ['in pieces, and then as a whole', [hole(1000, 50), data(1000, content(100))]],
])('K-025 content that comes %s fails the READ', (_name, payloads) => {
  const { events } = readOf(100, ...payloads);
  expect(events).toMatchObject([{ failure: { kind: 'bad-reply' } }]);
});

test.each([
  ['ERROR of 5 bytes', { type: ChunkType.ERROR, bytes: content(5) }, 'bad-chunk'],
  ['ERROR_OFFSET of 13 bytes', { type: ChunkType.ERROR_OFFSET, bytes: content(13) }, 'bad-chunk'],
  ['ERROR of 1 MiB', { type: ChunkType.ERROR, bytes: content(2 ** 20) }, 'chunk-too-long'],
  ['NONE with data', { type: ChunkType.NONE, bytes: content(1) }, 'chunk-too-long'],
  ['unknown chunk', { type: 3, bytes: content(8) }, 'bad-chunk'],
  ['OFFSET_DATA without data', { type: ChunkType.OFFSET_DATA, bytes: content(8) }, 'bad-chunk'],
  ['OFFSET_HOLE of 11 bytes', { type: ChunkType.OFFSET_HOLE, bytes: content(11) }, 'bad-chunk'],
  [
    'OFFSET_HOLE of 13 bytes',
    { type: ChunkType.OFFSET_HOLE, bytes: content(13) },
    'chunk-too-long',
  ],
  [
    'OFFSET_HOLE of nothing',
    { type: ChunkType.OFFSET_HOLE, bytes: new Uint8Array(12) },
    'bad-value',
  ],
  ['BLOCK_STATUS for a READ', status(1, { length: 1, flags: 0 }), 'bad-chunk'],
])('K-028 an %s ends the session', (_name, payload, reason) => {
  const { events } = readOf(100, payload);
  expect(events.at(-1)).toMatchObject({ kind: 'ended', reason });
});
