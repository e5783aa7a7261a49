/** Messages to the byte, as a client says and hears them. */
import { CommandFlag, ErrorCode, Info, Option } from '@nbd/codec';
import { expect, test } from 'vitest';
import type { ClientSession } from '../../src/index.ts';
import { expectBytes, expectEqual, expectFields } from '../expectations.ts';
import { clientTranscript, entered, greeted, expectSent, expectTold } from './client-transcript.ts';

/** The cookie of the vectors. The first request of a session has cookie 0. */
const COOKIE = '0102030405060708';

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

/** A vector with the cookie of the first request in place of its own. */
function first(text: string): Uint8Array {
  return hex(text.replaceAll(' ', '').replace(COOKIE, '00'.repeat(8)));
}

const abcd = hex('61626364');

test('the client flags are the golden ones', () => {
  const server = clientTranscript();
  server.says(hex('4e42444d41474943 49484156454f5054 0003'));
  expectSent(server, hex('00000003'));
});

const OPTIONS: readonly (readonly [string, (session: ClientSession) => void, string])[] = [
  [
    'EXPORT_NAME',
    (session) => session.exportName('disk'),
    '49484156454f5054 0000000100000004 6469736b',
  ],
  ['LIST', (session) => session.list(), '49484156454f5054 0000000300000000'],
  ['ABORT', (session) => session.abort(), '49484156454f5054 0000000200000000'],
  [
    'STRUCTURED_REPLY',
    (session) => session.requestStructuredReplies(),
    '49484156454f5054 0000000800000000',
  ],
  [
    'GO with infos',
    (session) => session.go('disk', [Info.BLOCK_SIZE, Info.NAME]),
    '49484156454f5054 000000070000000e 000000046469736b000200030001',
  ],
  [
    'GO without infos',
    (session) => session.go('', []),
    '49484156454f5054 0000000700000006 000000000000',
  ],
];

test.each(OPTIONS)('the option %s is the golden one', (_name, ask, bytes) => {
  const server = greeted();
  ask(server.session);
  expectSent(server, hex(bytes));
});

test('SET_META_CONTEXT and its reply are the golden ones', () => {
  const server = greeted({ strict: false });
  server.session.setContexts('disk', ['base:allocation']);
  expectSent(
    server,
    hex(
      '49484156454f5054 0000000a0000001f 000000046469736b000000010000000f626173653a616c6c6f636174696f6e',
    ),
  );
  server.says(
    hex('0003e889045565a9 0000000a0000000400000013 00000001626173653a616c6c6f636174696f6e'),
    hex('0003e889045565a9 0000000a0000000100000000'),
  );
  expectTold(server, {
    kind: 'contexts-set',
    exportName: 'disk',
    contexts: [{ id: 1, name: 'base:allocation' }],
  });
});

test('the replies to EXPORT_NAME, LIST and GO are understood', () => {
  const byName = greeted();
  byName.session.exportName('disk');
  byName.says(hex('0000000000100000000d'));
  expectFields(byName.session.entered, { name: 'disk', size: 2 ** 20, transmissionFlags: 0x000d });

  const listing = greeted();
  listing.session.list();
  listing.says(
    hex('0003e889045565a9 00000003000000020000000a 000000046469736b6431'),
    hex('0003e889045565a9 000000030000000100000000'),
  );
  expectTold(listing, { kind: 'listed', exports: [{ name: 'disk', description: 'd1' }] });

  const going = greeted();
  going.session.go('');
  going.says(
    hex('0003e889045565a9 00000007000000030000000c 00000000000000100000000d'),
    hex('0003e889045565a9 00000007000000030000000e 0003000000010000100002000000'),
    hex('0003e889045565a9 000000070000000300000006 00016469736b'),
    hex('0003e889045565a9 000000070000000100000000'),
  );
  expectEqual(going.session.entered, {
    name: 'disk',
    description: undefined,
    size: 2 ** 20,
    transmissionFlags: 0x000d,
    blockSize: { minimum: 1, preferred: 4096, payloadMax: 33_554_432 },
    replyMode: 'simple',
    contexts: [],
  });

  const refused = greeted();
  refused.session.go('disk');
  refused.says(hex('0003e889045565a9 00000007800000060000000e 6e6f2073756368206578706f7274'));
  expectTold(refused, {
    kind: 'refused',
    option: Option.GO,
    type: 0x8000_0006,
    text: 'no such export',
  });
});

test('compact requests are the golden ones', () => {
  const reads = entered();
  reads.session.read(new Uint8Array(512), 4096);
  expectSent(reads, first(`25609513 0000 0000 ${COOKIE} 0000000000001000 00000200`));
  const writes = entered();
  writes.session.write(abcd, 512, CommandFlag.FUA);
  expectSent(writes, first(`25609513 0001 0001 ${COOKIE} 0000000000000200 00000004 61626364`));
  const leaves = entered();
  leaves.session.disconnect();
  expectSent(leaves, hex('25609513 0000 0002 00000000ffffffff 0000000000000000 00000000'));
});

test('extended requests are the golden ones', () => {
  const writes = entered({ replyMode: 'extended' });
  writes.session.write(abcd, 512);
  expectSent(
    writes,
    first(`21e41c71 0020 0001 ${COOKIE} 0000000000000200 0000000000000004 61626364`),
  );
  const asks = entered({ replyMode: 'extended', size: 2 ** 40, contexts: ['base:allocation'] });
  asks.session.blockStatus(0, 2 ** 30, 0, [1]);
  expectSent(
    asks,
    first(
      `21e41c71 0020 0007 ${COOKIE} 0000000000000000 000000000000000c 000000004000000000000001`,
    ),
  );
});

test('simple replies are understood', () => {
  const server = entered();
  server.session.flush();
  server.says(first(`67446698 00000000 ${COOKIE}`));
  expectFields(server.events()[0], { failure: undefined });
  const other = entered();
  other.session.flush();
  other.says(first(`67446698 00000016 ${COOKIE}`));
  expectFields(other.events()[0], {
    failure: { kind: 'refused', code: ErrorCode.EINVAL, text: '', offset: undefined },
  });
});

test('structured chunks are understood', () => {
  const flush = entered({ replyMode: 'structured' });
  flush.session.flush();
  flush.says(first(`668e33ef 0001 0000 ${COOKIE} 00000000`));
  expectFields(flush.events()[0], { failure: undefined });

  const target = new Uint8Array(8192).fill(1);
  const read = entered({ replyMode: 'structured' });
  read.session.read(target, 4096);
  read.says(
    first(`668e33ef 0000 0002 ${COOKIE} 0000000c 000000000000200000001000`),
    first(`668e33ef 0001 0001 ${COOKIE} 0000000c 0000000000001000 61626364`),
  );
  expectFields(read.events()[0], { failure: { kind: 'bad-reply' } });
  expectBytes(target.subarray(0, 8), hex('6162636400000000'));
  expect(target.subarray(4).every((byte) => byte === 0)).toBe(true);

  const failing = entered({ replyMode: 'structured' });
  failing.session.read(new Uint8Array(8192), 4096);
  failing.says(
    first(`668e33ef 0000 8002 ${COOKIE} 00000011 00000005000362616400000000 00002000`),
    first(`668e33ef 0001 8001 ${COOKIE} 00000009 000000160003626164`),
  );
  expectFields(failing.events()[0], {
    failure: { kind: 'refused', code: ErrorCode.EIO, text: 'bad', offset: 8192 },
  });

  const asks = entered({ replyMode: 'structured', contexts: ['base:allocation'] });
  asks.session.blockStatus(0, 12_288);
  asks.says(
    first(`668e33ef 0001 0005 ${COOKIE} 00000014 0000000100001000000000000000200000000003`),
  );
  expectFields(asks.events()[0], {
    failure: undefined,
    statuses: [
      {
        context: { id: 1, name: 'base:allocation' },
        extents: [
          { length: 4096, flags: 0 },
          { length: 8192, flags: 3 },
        ],
      },
    ],
  });
});

test('extended chunks are understood', () => {
  const reads = entered({ replyMode: 'extended' });
  reads.session.trim(4096, 1);
  reads.says(first(`6e8a278c 0001 0000 ${COOKIE} 0000000000001000 0000000000000000`));
  expectFields(reads.events()[0], { failure: undefined });
  const asks = entered({ replyMode: 'extended', size: 2 ** 40, contexts: ['base:allocation'] });
  asks.session.blockStatus(0, 2 ** 33);
  asks.says(
    first(
      `6e8a278c 0001 0006 ${COOKIE} 0000000000000000 0000000000000018 00000001000000010000000200000000 0000000000000003`,
    ),
  );
  const [told] = asks.events();
  expect(told?.kind === 'answered' && told.statuses[0]?.extents).toEqual([
    { length: 2 ** 33, flags: 3 },
  ]);
});
