import { Option, OptionReply, TransmissionFlag } from '@nbd/codec';
import { expect, test } from 'vitest';
import type { BlockSize, ClientSession, ClientSessionOptions, ReplyMode } from '../../src/index.ts';
import { concat, content } from '../client-bytes.ts';
import {
  ack,
  exportInfo,
  exportNameReply,
  info,
  metaContext,
  optionReply,
} from '../server-bytes.ts';
import { clientTranscript, entered, greeted, expectTold } from './client-transcript.ts';
import { simple } from './reply-bytes.ts';

const { HAS_FLAGS } = TransmissionFlag;
const U64 = 8;

/** GO's INFO_EXPORT with any size of 64 bits. */
function sized(option: number, size: bigint): Uint8Array {
  const reply = exportInfo(option, 0, HAS_FLAGS);
  new DataView(reply.buffer).setBigUint64(reply.length - 2 - U64, size);
  return reply;
}

test.each([
  [3, false],
  [1, true],
])('K-014 E-35 to client flags %i the reply to EXPORT_NAME has zeroes: %s', (flags, zeroes) => {
  const server = clientTranscript();
  server.says(Uint8Array.from([...Buffer.from('NBDMAGICIHAVEOPT'), 0, flags]));
  server.session.exportName('disk');
  server.events();
  const reply = exportNameReply({ size: 4096, transmissionFlags: HAS_FLAGS, zeroes });
  expect(reply).toHaveLength(zeroes ? 134 : 10);
  server.saysSlowly(reply.subarray(0, -1));
  expect(server.session.phase).toBe('haggling');
  server.says(reply.subarray(-1));
  expectTold(server, {
    kind: 'entered',
    entered: {
      name: 'disk',
      description: undefined,
      size: 4096,
      transmissionFlags: HAS_FLAGS,
      blockSize: undefined,
      replyMode: 'simple',
      contexts: [],
    },
  });
  const request = server.session.read(new Uint8Array(4), 0);
  server.says(simple(request, 0, content(4)));
  expect(server.events()).toMatchObject([{ kind: 'answered', failure: undefined }]);
});

test('E-45 a server that closes on EXPORT_NAME has refused it', () => {
  const server = greeted();
  server.session.exportName('disk');
  server.closes();
  expect(server.ended()).toBe('closed-early');
});

test.each([0, TransmissionFlag.SEND_TRIM])(
  'K-015 transmission flags %i, without HAS_FLAGS, end the session',
  (flags) => {
    const server = greeted();
    server.session.go('disk');
    server.says(exportInfo(Option.GO, 4096, flags), ack(Option.GO));
    expect(server.ended()).toBe('no-transmission-flags');
    const byName = greeted();
    byName.session.exportName('disk');
    byName.says(exportNameReply({ size: 4096, transmissionFlags: flags, zeroes: false }));
    expect(byName.ended()).toBe('no-transmission-flags');
  },
);

/** What is left of transmission flags. */
function cleaned(transmissionFlags: number, replyMode: ReplyMode): number | undefined {
  return entered({ transmissionFlags, replyMode }).session.entered?.transmissionFlags;
}

test('K-015 flags are ignored that are unknown, or that the others rule out', () => {
  const { SEND_DF, SEND_FAST_ZERO, SEND_WRITE_ZEROES, BLOCK_STATUS_PAYLOAD } = TransmissionFlag;
  const all = 0xffff;
  const known = 0x1fff;
  expect(cleaned(all, 'extended')).toBe(known);
  expect(cleaned(all, 'structured')).toBe(known & ~BLOCK_STATUS_PAYLOAD);
  expect(cleaned(all, 'simple')).toBe(known & ~BLOCK_STATUS_PAYLOAD & ~SEND_DF);
  expect(cleaned(all & ~SEND_WRITE_ZEROES, 'extended')).toBe(
    known & ~SEND_WRITE_ZEROES & ~SEND_FAST_ZERO,
  );
});

test.each([2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n])(
  'K-016 E-47 an export of %i bytes cannot be entered, and breaks nothing',
  (size) => {
    const server = greeted();
    server.session.info('disk');
    server.says(sized(Option.INFO, size), ack(Option.INFO));
    const [told] = server.events();
    expect(told?.kind === 'info' && told.offer.size).toBe(Number(size));
    server.session.go('disk');
    server.says(sized(Option.GO, size), ack(Option.GO));
    expect(server.ended()).toBe('export-too-large');
  },
);

test('K-016 an export of 2^53 - 1 bytes is counted exactly', () => {
  const server = greeted();
  server.session.go('disk');
  server.says(sized(Option.GO, 2n ** 53n - 1n), ack(Option.GO));
  expect(server.session.entered?.size).toBe(Number.MAX_SAFE_INTEGER);
});

function blockSizeOf(
  minimum: number,
  preferred: number,
  payloadMax: number,
): BlockSize | undefined {
  const server = greeted();
  server.session.go('disk');
  server.says(
    info(Option.GO, { kind: 'block-size', minimum, preferred, payloadMax }),
    exportInfo(Option.GO, 4096, HAS_FLAGS),
    ack(Option.GO),
  );
  return server.session.entered?.blockSize;
}

test.each([
  [1, 512, 512],
  [1, 4096, 2 ** 25],
  [512, 512, 1024],
  [65_536, 65_536, 2 ** 25],
  [4096, 2 ** 20, 0xffff_ffff],
  [1, 2 ** 31, 2 ** 31],
])('K-017 block sizes %i, %i, %i are taken as they are', (minimum, preferred, payloadMax) => {
  expect(blockSizeOf(minimum, preferred, payloadMax)).toEqual({ minimum, preferred, payloadMax });
});

test.each([
  [0, 4096, 2 ** 25],
  [3, 4096, 2 ** 25],
  [2 ** 17, 2 ** 17, 2 ** 25],
  [1024, 512, 2 ** 25],
  [1, 256, 2 ** 25],
  [1, 0, 2 ** 25],
  [1, 4097, 2 ** 25],
  [1, 4096, 2048],
  [512, 4096, 2 ** 20 + 1],
  [0xffff_ffff, 0xffff_ffff, 0xffff_ffff],
])('K-017 block sizes %i, %i, %i are ignored', (minimum, preferred, payloadMax) => {
  expect(blockSizeOf(minimum, preferred, payloadMax)).toBeUndefined();
});

/** A session that speaks structured replies. */
function structured(options: ClientSessionOptions = {}): ReturnType<typeof greeted> {
  const server = greeted(options);
  server.session.requestStructuredReplies();
  server.says(ack(Option.STRUCTURED_REPLY));
  return server;
}

function selects(
  server: ReturnType<typeof greeted>,
  exportName: string,
  ...end: Uint8Array[]
): void {
  server.session.setContexts(exportName, ['a:b']);
  server.says(metaContext(Option.SET_META_CONTEXT, 5, 'a:b'), ...end);
}

function contextsAfter(server: ReturnType<typeof greeted>, go: (session: ClientSession) => void) {
  go(server.session);
  server.says(exportInfo(Option.GO, 4096, HAS_FLAGS), ack(Option.GO));
  return server.session.entered?.contexts;
}

test('K-030 contexts are those of the last selection for the very export', () => {
  const server = structured();
  selects(server, 'disk', ack(Option.SET_META_CONTEXT));
  expect(contextsAfter(server, (session) => session.go('disk'))).toEqual([{ id: 5, name: 'a:b' }]);
});

test('K-030 there are no contexts on another export, though the server calls it the same', () => {
  const server = structured();
  selects(server, '', ack(Option.SET_META_CONTEXT));
  expect(contextsAfter(server, (session) => session.go('disk'))).toEqual([]);
});

test('K-030 E-42 there are no contexts after a selection that ends in an error', () => {
  const server = structured();
  selects(server, 'disk', ack(Option.SET_META_CONTEXT));
  selects(server, 'disk', optionReply(Option.SET_META_CONTEXT, OptionReply.ERR_TOO_BIG));
  expect(contextsAfter(server, (session) => session.go('disk'))).toEqual([]);
});

test('K-030 what is asked for between a selection and the export does not matter', () => {
  const server = structured();
  selects(server, 'disk', ack(Option.SET_META_CONTEXT));
  server.session.info('other');
  server.says(exportInfo(Option.INFO, 1, HAS_FLAGS), ack(Option.INFO));
  server.session.list();
  server.says(ack(Option.LIST));
  server.session.go('other');
  server.says(optionReply(Option.GO, OptionReply.ERR_UNKNOWN));
  expect(contextsAfter(server, (session) => session.go('disk'))).toEqual([{ id: 5, name: 'a:b' }]);
});

test('K-030 contexts need structured replies first', () => {
  expect(() => greeted().session.setContexts('disk', ['a:b'])).toThrow('structured replies');
});

test('K-029 two contexts of the same id end the session', () => {
  const server = structured();
  selects(server, 'disk', metaContext(Option.SET_META_CONTEXT, 5, 'c:d'));
  expect(server.ended()).toBe('bad-option-reply');
});

test('K-006 more contexts than a reply can be searched for end the session', () => {
  const server = structured({ limits: { contextsMax: 3 } });
  const more = [1, 2, 3].map((id) => metaContext(Option.SET_META_CONTEXT, id, `x:${id}`));
  selects(server, 'disk', ...more, ack(Option.SET_META_CONTEXT));
  expect(server.ended()).toBe('too-many-option-replies');
});

test('requests can follow in the chunk that ends the handshake', () => {
  const server = greeted();
  server.session.go('disk');
  server.says(concat(exportInfo(Option.GO, 4096, HAS_FLAGS), ack(Option.GO), content(16)));
  expect(server.ended()).toBe('bad-magic');
});
