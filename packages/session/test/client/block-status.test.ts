import { ChunkType, ErrorCode } from '@nbd/codec';
import { expect, test } from 'vitest';
import { content } from '../client-bytes.ts';
import { type ClientTranscript, type Entering, entered } from './client-transcript.ts';
import {
  chunk,
  error,
  extendedChunk,
  lastChunk,
  lastExtendedChunk,
  NONE,
  type Payload,
  simple,
  status,
  statusExt,
} from './reply-bytes.ts';

const A = { id: 1, name: 'base:allocation' };
const B = { id: 2, name: 'x:y' };
const FAILED = { kind: 'answered', failure: { kind: 'bad-reply' } };

function asking(entering: Entering = {}): ClientTranscript {
  return entered({ replyMode: 'structured', contexts: [A.name, B.name], ...entering });
}

/** A BLOCK_STATUS that is answered with these chunks, and the last of them with DONE. */
function askedFor(server: ClientTranscript, ...payloads: readonly Payload[]) {
  const request = server.session.blockStatus(0, 8192);
  const chunks = payloads.map((payload, i) =>
    i === payloads.length - 1 ? lastChunk(request, payload) : chunk(request, payload),
  );
  server.saysSlowly(chunks[0] as Uint8Array);
  server.says(...chunks.slice(1));
  return server.events();
}

test('K-029 each context is reported on, in any order, and answers may be shorter or longer', () => {
  const short = { length: 512, flags: 0 };
  const long = { length: 100_000, flags: 0xffff_ffff };
  const events = askedFor(asking(), status(B.id, long), status(A.id, short, short), NONE);
  expect(events).toMatchObject([
    {
      failure: undefined,
      statuses: [
        { context: B, extents: [long] },
        { context: A, extents: [short, short] },
      ],
    },
  ]);
});

test('K-029 64-bit extents are counted exactly', () => {
  const server = asking({ replyMode: 'extended', size: 2 ** 50 });
  const request = server.session.blockStatus(0, 2 ** 50);
  const large = { length: 2 ** 49 + 1, flags: 2 ** 40 + 1 };
  const reply = lastExtendedChunk(request, statusExt(B.id, large));
  server.says(extendedChunk(request, statusExt(A.id, { length: 1, flags: 0 })));
  server.saysSlowly(reply);
  expect(server.events()).toMatchObject([
    { failure: undefined, statuses: [{ context: A }, { context: B, extents: [large] }] },
  ]);
});

test('K-029 a choice of contexts is answered for these alone', () => {
  const server = asking({ replyMode: 'extended' });
  const request = server.session.blockStatus(0, 4096, 0, [B.id]);
  server.says(lastExtendedChunk(request, statusExt(B.id, { length: 1, flags: 0 })));
  expect(server.events()).toMatchObject([{ failure: undefined, statuses: [{ context: B }] }]);
  const other = server.session.blockStatus(0, 4096, 0, [B.id]);
  server.says(lastExtendedChunk(other, statusExt(A.id, { length: 1, flags: 0 })));
  expect(server.events()).toMatchObject([FAILED]);
});

const one = { length: 1, flags: 0 };

test.each([
  ['of a context that was not selected', [status(A.id, one), status(B.id, one), status(9, one)]],
  ['of the same context twice', [status(A.id, one), status(A.id, one), status(B.id, one)]],
  ['of one context of two', [status(A.id, one)]],
  ['of no context', [NONE]],
])('K-029 a report %s fails the request, and the next is fine', (_name, payloads) => {
  const server = asking();
  expect(askedFor(server, ...payloads)).toMatchObject([FAILED]);
  expect(askedFor(server, status(A.id, one), status(B.id, one))).toMatchObject([
    { failure: undefined },
  ]);
});

test('K-029 a simple success that reports nothing fails the request', () => {
  const server = asking();
  server.says(simple(server.session.blockStatus(0, 1)));
  expect(server.events()).toMatchObject([FAILED]);
});

test.each([
  ['of 4 bytes', { type: ChunkType.BLOCK_STATUS, bytes: content(4) }, 'bad-chunk'],
  ['of 13 bytes', { type: ChunkType.BLOCK_STATUS, bytes: content(13) }, 'bad-chunk'],
  ['with an empty extent', status(A.id, one, { length: 0, flags: 0 }), 'bad-value'],
  ['in the extended form', statusExt(A.id, one), 'bad-chunk'],
])('K-029 E-48 a report %s ends the session', (_name, payload, reason) => {
  const [, end] = askedFor(asking(), payload);
  expect(end).toMatchObject({ kind: 'ended', reason });
});

test.each([0, 1, 3, 0xffff_ffff])(
  'K-029 a report that counts %i extents and has 2 ends the session',
  (count) => {
    const server = asking({ replyMode: 'extended' });
    const { type, bytes } = statusExt(A.id, one, one);
    new DataView(bytes.buffer).setUint32(4, count);
    server.says(lastExtendedChunk(server.session.blockStatus(0, 1), { type, bytes }));
    expect(server.ended()).toBe('bad-chunk');
  },
);

test('K-029 a report in the compact form ends an extended session', () => {
  const server = asking({ replyMode: 'extended' });
  server.says(lastExtendedChunk(server.session.blockStatus(0, 1), status(A.id, one)));
  expect(server.ended()).toBe('bad-chunk');
});

test('K-024 a report of more than 2^20 extents ends the session before it is here', () => {
  const server = asking();
  const head = chunk(server.session.blockStatus(0, 1), NONE);
  const view = new DataView(head.buffer);
  view.setUint16(6, ChunkType.BLOCK_STATUS);
  view.setUint32(16, 4 + 8 * (2 ** 20 + 1));
  server.says(head);
  expect(server.ended()).toBe('chunk-too-long');
});

test('K-029 extents above the limit are dropped, which the contexts of a request share', () => {
  const server = asking({ limits: { extentsMax: 6 } });
  const extents = Array.from({ length: 10 }, (_, i) => ({ length: i + 1, flags: i }));
  const events = askedFor(server, status(A.id, ...extents), status(B.id, ...extents));
  expect(events).toMatchObject([
    {
      failure: undefined,
      statuses: [
        { context: A, extents: extents.slice(0, 3) },
        { context: B, extents: extents.slice(0, 3) },
      ],
    },
  ]);
});

test('K-027 a report and then an error is a failure', () => {
  const events = askedFor(asking(), status(A.id, one), error(ErrorCode.EIO, 'lost'));
  expect(events).toMatchObject([
    { failure: { kind: 'refused', code: ErrorCode.EIO, text: 'lost' } },
  ]);
});
