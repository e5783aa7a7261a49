/** Spec: "Extended request message", "NBD_CMD_BLOCK_STATUS" (experimental). */
import { Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { expect, test } from 'vitest';
import type { SessionLimits } from '../src/index.ts';
import {
  concat,
  content,
  extendedRequest,
  request,
  requestIn,
  withOffset,
  written,
} from './client-bytes.ts';
import { type Conversation, enteredIn, factsOf } from './conversation.ts';
import { expectSameBytes } from './expectations.ts';
import { readReplies } from './reply-reader.ts';

const { READ, WRITE, FLUSH, TRIM, CACHE, WRITE_ZEROES, BLOCK_STATUS, RESIZE } = Command;
const { PAYLOAD_LEN, FUA } = CommandFlag;
const { EINVAL, ENOSPC } = ErrorCode;
const CONTEXTS = ['base:allocation', 'x-test:a', 'x-test:b'];

interface Extended {
  readonly size?: number;
  readonly blockMinimum?: number;
  readonly contexts?: readonly string[];
  readonly limits?: Partial<SessionLimits>;
}

function extended({ size = 65_536, blockMinimum = 1, contexts = CONTEXTS, limits }: Extended = {}) {
  return enteredIn({
    replyMode: 'extended',
    facts: factsOf({ size, blockMinimum }),
    contexts,
    ...(limits !== undefined && { limits }),
  });
}

/** The errors that were heard, with their cookies. */
function heardErrors({
  client,
}: Conversation): readonly (readonly [cookie: number, error: number])[] {
  return readReplies(client.heard()).map(({ cookie, error }) => [Number(cookie), error]);
}

/** That the connection goes on, with the next request in step. */
function expectInStep(talk: Conversation): void {
  talk.client.says(extendedRequest({ type: FLUSH, cookie: 77 }));
  talk.host.finishes(talk.host.isGiven({ type: FLUSH, cookieLow: 77 }));
  expect(heardErrors(talk)).toEqual([[77, 0]]);
}

/** A BLOCK_STATUS for the contexts with these ids. */
function filtered(effectLength: number | bigint, ...ids: number[]): Uint8Array {
  const payload = written(8 + 4 * ids.length, (view) => {
    view.setBigUint64(0, BigInt(effectLength));
    for (const [i, id] of ids.entries()) view.setUint32(8 + 4 * i, id);
  });
  const head = { type: BLOCK_STATUS, flags: PAYLOAD_LEN, length: payload.length };
  return concat(extendedRequest(head), payload);
}

test('C-170 a compact header with extended headers ends the session without a reply', () => {
  const { client, host } = extended();
  client.says(request({ type: WRITE, length: 4 }), content(40));
  client.hearsNothing();
  host.hasEnded('bad-magic');
});

test('C-170 an extended header without extended headers ends the session without a reply', () => {
  const { client, host } = enteredIn({ replyMode: 'structured' });
  client.says(extendedRequest({ type: FLUSH }));
  client.hearsNothing();
  host.hasEnded('bad-magic');
});

test('C-302 DISC ends the session, whatever else it carries', () => {
  const { client, host } = extended();
  client.says(extendedRequest({ type: Command.DISC, flags: 0xffff, length: 9 }));
  client.hearsNothing();
  host.hasEnded('disconnected');
});

test('C-226 C-220 a WRITE without PAYLOAD_LEN is EINVAL, once its payload has gone by', () => {
  const talk = extended();
  talk.client.says(extendedRequest({ type: WRITE, length: 300, cookie: 4 }), content(299));
  talk.client.hearsNothing();
  talk.client.says(content(1));
  expect(heardErrors(talk)).toEqual([[4, EINVAL]]);
  talk.host.isIdle();
  expectInStep(talk);
});

test('C-226 a WRITE with PAYLOAD_LEN is carried out, and its flags are lawful', () => {
  const talk = extended();
  talk.client.says(requestIn('extended', { type: WRITE, flags: FUA, payload: content(300) }));
  const given = talk.host.isGiven({ type: WRITE, length: 300 });
  expectSameBytes(given.payload, content(300));
  talk.host.finishes(given);
  expect(heardErrors(talk)).toEqual([[1, 0]]);
});

test('C-274 C-185 a WRITE of no bytes is done', () => {
  const talk = extended();
  talk.client.says(requestIn('extended', { type: WRITE }));
  expect(heardErrors(talk)).toEqual([[1, 0]]);
  talk.host.isIdle();
});

test.each([READ, FLUSH, TRIM, CACHE, WRITE_ZEROES, RESIZE, 99])(
  'C-271 C-274 command %i with a payload is EINVAL, once it has gone by, and so is one that says so and has none',
  (type) => {
    const talk = extended();
    for (const length of [200, 0]) {
      talk.client.says(
        extendedRequest({ type, flags: PAYLOAD_LEN, length, offset: 2 ** 40, cookie: 5 }),
        content(length),
      );
      expect(heardErrors(talk)).toEqual([[5, EINVAL]]);
    }
    talk.host.isIdle();
    expectInStep(talk);
  },
);

test.each([READ, FLUSH, TRIM, CACHE, WRITE_ZEROES, BLOCK_STATUS])(
  'C-270 PAYLOAD_LEN on command %i is EINVAL in the compact form, and no payload is read',
  (type) => {
    const talk = enteredIn({ replyMode: 'structured', contexts: CONTEXTS });
    const length = type === FLUSH ? 0 : 12;
    talk.client.says(request({ type, flags: PAYLOAD_LEN, length, cookie: 5 }));
    talk.client.says(request({ type: 99, cookie: 6 }));
    expect(heardErrors(talk)).toEqual([
      [5, EINVAL],
      [6, EINVAL],
    ]);
    talk.host.isIdle();
  },
);

test('C-270 PAYLOAD_LEN on a compact WRITE is EINVAL, once its payload has gone by', () => {
  const talk = enteredIn({ replyMode: 'structured' });
  talk.client.says(request({ type: WRITE, flags: PAYLOAD_LEN, length: 28 }), content(28));
  talk.client.says(request({ type: 99, cookie: 6 }));
  expect(heardErrors(talk)).toEqual([
    [1, EINVAL],
    [6, EINVAL],
  ]);
});

test('C-272 C-221 C-222 a payload above the drain limit is EINVAL and ends the session; one below goes by', () => {
  const talk = extended({ limits: { payloadDrainBytesMax: 5000, payloadBytesMax: 4096 } });
  talk.client.says(extendedRequest({ type: TRIM, flags: PAYLOAD_LEN, length: 5000 }));
  talk.client.says(content(5000));
  expect(heardErrors(talk)).toEqual([[1, EINVAL]]);
  talk.client.says(extendedRequest({ type: TRIM, flags: PAYLOAD_LEN, length: 5001 }));
  expect(heardErrors(talk)).toEqual([[1, EINVAL]]);
  talk.host.hasEnded('payload-too-long');
});

test('C-222 C-223 a WRITE of 2^63 bytes is EINVAL or ENOSPC and ends the session, without memory for it', () => {
  const talk = extended();
  const head = extendedRequest({ type: WRITE, flags: PAYLOAD_LEN });
  new DataView(head.buffer).setBigUint64(24, 2n ** 63n);
  talk.client.says(head);
  expect(heardErrors(talk)).toEqual([[1, ENOSPC]]);
  talk.host.hasEnded('payload-too-long');
  expect(talk.pool.lentBytes).toBe(0);
});

test.each([TRIM, CACHE, WRITE_ZEROES, BLOCK_STATUS])(
  'C-273 C-237 command %i has an effect length of 64 bits',
  (type) => {
    const size = 2 ** 53 - 1;
    const talk = extended({ size });
    const length = 2 ** 53 - 4097;
    talk.client.says(extendedRequest({ type, offset: 4096, length }));
    talk.host.isGiven({ type, offset: 4096, length });
    for (const beyond of [
      2n ** 53n - 4096n,
      2n ** 53n,
      2n ** 63n,
      2n ** 64n - 4096n,
      2n ** 64n - 1n,
    ]) {
      const head = extendedRequest({ type, offset: 4096, cookie: 2 });
      new DataView(head.buffer).setBigUint64(24, beyond);
      talk.client.says(head);
      const error = type === WRITE_ZEROES ? ENOSPC : EINVAL;
      expect(heardErrors(talk)).toEqual([[2, error]]);
    }
  },
);

test('C-273 C-181 an offset and a length that overflow together are out of range', () => {
  const talk = extended();
  talk.client.says(withOffset(extendedRequest({ type: TRIM, length: 2 }), 2n ** 64n - 1n));
  expect(heardErrors(talk)).toEqual([[1, EINVAL]]);
});

test('C-262 a BLOCK_STATUS with a payload is for those contexts alone, in the range that it says', () => {
  const talk = extended();
  talk.client.says(filtered(512, 3, 1));
  const given = talk.host.isGiven({ type: BLOCK_STATUS, offset: 0, length: 512 });
  expect(given.contexts).toEqual([
    { id: 1, name: 'base:allocation' },
    { id: 3, name: 'x-test:b' },
  ]);
  talk.host.sendsStatus(given, 1, [[512, 0]], false);
  talk.host.sendsStatus(given, 3, [[512, 5]], true);
  const [reply] = readReplies(talk.client.heard());
  expect(reply?.chunks).toEqual(['status 1', 'status 3']);
});

test('C-262 C-003 a payload that comes byte by byte is the same', () => {
  const talk = extended();
  for (const byte of filtered(512, 2)) talk.client.says(Uint8Array.of(byte));
  expect(talk.host.isGiven({ type: BLOCK_STATUS, length: 512 }).contexts).toEqual([
    { id: 2, name: 'x-test:a' },
  ]);
});

test.each([
  ['for no context', filtered(512)],
  ['for an unknown context', filtered(512, 1, 9)],
  ['for a context twice', filtered(512, 2, 2)],
  ['for more contexts than there are', filtered(512, 1, 2, 3, 1)],
  [
    'of a length that cannot be',
    concat(extendedRequest({ type: BLOCK_STATUS, flags: PAYLOAD_LEN, length: 14 }), content(14)),
  ],
  [
    'of less than a length',
    concat(extendedRequest({ type: BLOCK_STATUS, flags: PAYLOAD_LEN, length: 4 }), content(4)),
  ],
  ['of no bytes', extendedRequest({ type: BLOCK_STATUS, flags: PAYLOAD_LEN })],
  ['past the end', filtered(65_537, 1)],
  ['far past the end', filtered(2n ** 64n - 1n, 1)],
  ['of an effect length of 0', filtered(0, 1)],
])(
  'C-262 C-259 C-274 a BLOCK_STATUS with a payload %s is EINVAL, once it has gone by',
  (_, said) => {
    const talk = extended();
    talk.client.says(said);
    expect(heardErrors(talk)).toEqual([[1, EINVAL]]);
    talk.host.isIdle();
    expectInStep(talk);
  },
);

test('C-262 C-183 the range that a payload says is aligned too', () => {
  const talk = extended({ blockMinimum: 512 });
  talk.client.says(filtered(100, 1));
  expect(heardErrors(talk)).toEqual([[1, EINVAL]]);
  talk.client.says(filtered(1024, 1));
  talk.host.isGiven({ type: BLOCK_STATUS, length: 1024 });
});

test('C-263 without contexts the payload form is not advertised, and EINVAL once it has gone by', () => {
  const talk = extended({ contexts: [] });
  talk.client.says(filtered(512, 1));
  expect(heardErrors(talk)).toEqual([[1, EINVAL]]);
  talk.host.isIdle();
  expectInStep(talk);
});

test('C-282 while shutting down the payload of a BLOCK_STATUS goes by', () => {
  const talk = extended();
  talk.client.says(filtered(512, 1).subarray(0, 36));
  talk.host.shutsDown();
  talk.client.says(filtered(512, 1).subarray(36), filtered(512, 1));
  expect(heardErrors(talk)).toEqual([
    [1, ErrorCode.ESHUTDOWN],
    [1, ErrorCode.ESHUTDOWN],
  ]);
});

test('C-005 C-225 a payload that is cut by the end is not acted on', () => {
  for (const said of [
    filtered(512, 1),
    requestIn('extended', { type: WRITE, payload: content(9) }),
    requestIn('extended', { type: FLUSH }),
  ]) {
    const talk = extended();
    talk.client.says(said.subarray(0, -1));
    talk.client.leaves();
    talk.host.hasEnded('closed-early');
    expect(talk.pool.lentBytes).toBe(0);
  }
});
