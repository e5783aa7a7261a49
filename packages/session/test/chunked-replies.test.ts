/** Which form each reply has, and what its chunks are. Spec: "Structured replies", "Extended reply chunk message". */
import { Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { describe, expect, test } from 'vitest';
import type { ReplyMode } from '../src/index.ts';
import { concat, content, requestIn, withOffset } from './client-bytes.ts';
import { ALL_FLAGS, type Conversation, enteredIn, factsOf } from './conversation.ts';
import { contentOf, type ReadReply, readReplies } from './reply-reader.ts';

const CHUNKED = ['structured', 'extended'] as const satisfies readonly ReplyMode[];
const { READ, WRITE, FLUSH, TRIM, CACHE, WRITE_ZEROES, BLOCK_STATUS, RESIZE } = Command;
const { EINVAL, EIO, ENOSPC, EOVERFLOW, EPERM, ESHUTDOWN } = ErrorCode;
const SEND_DF = 0x80;

/** The one reply that was heard since it was last looked. */
function heardReply(talk: Conversation): ReadReply {
  const [reply, ...more] = readReplies(talk.client.heard());
  expect(more).toEqual([]);
  if (reply === undefined) throw new Error('expected a reply');
  return reply;
}

describe.each(CHUNKED)('%s replies', (replyMode) => {
  const enter = (...flags: number[]) =>
    enteredIn({
      replyMode,
      facts: factsOf({ transmissionFlags: flags.reduce((sum, flag) => sum | flag, ALL_FLAGS) }),
    });
  const ask = (fields: Parameters<typeof requestIn>[1]) => requestIn(replyMode, fields);

  test('C-140 C-174 C-175 C-203 the data of a READ is one chunk of data with DONE', () => {
    const talk = enter();
    talk.client.says(ask({ offset: 512, length: 40 }));
    talk.host.finishes(talk.host.isGiven({ type: READ }), content(40));
    const reply = heardReply(talk);
    expect(reply.chunks).toEqual(['data 512+40']);
    expect(reply.echo).toBe(replyMode === 'extended' ? 512n : undefined);
    expect(contentOf(reply, 512, 40)).toEqual(content(40));
  });

  test.each([
    [WRITE, { payload: content(5) }],
    [FLUSH, {}],
    [TRIM, { length: 5 }],
    [CACHE, { length: 5 }],
    [WRITE_ZEROES, { length: 5 }],
    [RESIZE, { offset: 4096 }],
  ])('C-174 C-175 C-176 command %i that is done is NONE with DONE', (type, fields) => {
    const talk = enter();
    talk.client.says(ask({ type, ...fields }));
    talk.host.finishes(talk.host.isGiven({ type }));
    expect(heardReply(talk)).toMatchObject({ chunks: ['none'], error: 0, cookie: 1n });
  });

  test('C-185 requests of no bytes are NONE with DONE, never data of no bytes', () => {
    const talk = enter();
    for (const type of [READ, WRITE, TRIM, CACHE, WRITE_ZEROES]) {
      talk.client.says(ask({ type, offset: 9 }));
      expect(heardReply(talk).chunks).toEqual(['none']);
    }
    talk.host.isIdle();
  });

  test('C-171 C-176 cookies are echoed bit by bit, whatever they are', () => {
    const talk = enter();
    const cookies = [
      [0, 0],
      [-1, -1],
      [-0x8000_0000, 0x7fff_ffff],
    ] as const;
    for (const [cookieHigh, cookieLow] of cookies) {
      talk.client.says(ask({ type: FLUSH, cookieHigh, cookieLow }));
      talk.host.finishes(talk.host.isGiven({ type: FLUSH }));
      const expected = (BigInt(cookieHigh >>> 0) << 32n) | BigInt(cookieLow >>> 0);
      expect(heardReply(talk).cookie).toBe(expected);
    }
  });

  test.each([
    ['unknown', { type: 99 }, EINVAL, /0x63 of 0 bytes at 0: there is no such command/],
    ['past the end', { offset: 65_536, length: 1 }, EINVAL, /READ of 1 bytes at 65536: .* 65536$/],
    ['past the end', { type: WRITE, offset: 65_530, payload: content(9) }, ENOSPC, /ends at 65536/],
    ['with a stray flag', { flags: 2, length: 1 }, EINVAL, /flags .*NO_HOLE/],
    ['without a context', { type: BLOCK_STATUS, length: 9 }, EINVAL, /no meta context/],
    ['with a stray length', { type: FLUSH, length: 9 }, EINVAL, /must be 0/],
    ['with a stray length', { type: RESIZE, length: 9 }, EINVAL, /length must be 0/],
    ['to too much', { type: RESIZE, offset: 2 ** 60 }, ENOSPC, /RESIZE to .* 9007199254740991 /],
  ] as const)(
    'C-174 C-178 C-250 C-051 a request %s is an error chunk with a text',
    (_, fields, error, textPattern) => {
      const talk = enter();
      talk.client.says(ask(fields));
      const reply = heardReply(talk);
      expect(reply).toMatchObject({ chunks: ['error'], error });
      expect(reply.text).toMatch(textPattern);
      talk.host.isIdle();
    },
  );

  test.each([
    ['read-only', { transmissionFlags: 3 }, { type: TRIM, length: 9 }, EPERM, /read-only/],
    ['cannot', { transmissionFlags: 1 }, { type: CACHE, length: 9 }, EINVAL, /does not offer/],
    ['has blocks', { blockMinimum: 512 }, { offset: 1, length: 9 }, EINVAL, /multiples of 512/],
    ['takes less', { payloadMax: 4096 }, { length: 4097 }, EOVERFLOW, /at most 4096 bytes/],
    ['takes less', { payloadMax: 8 }, { type: WRITE, payload: content(9) }, EINVAL, /at most 8/],
  ] as const)(
    'C-174 C-184 C-212 an export that %s says so in an error chunk',
    (_, facts, fields, error, textPattern) => {
      const talk = enteredIn({ replyMode, facts: factsOf(facts) });
      talk.client.says(ask(fields), ask({ type: 99, cookie: 2 }));
      const [reply, next] = readReplies(talk.client.heard());
      expect(reply).toMatchObject({ cookie: 1n, chunks: ['error'], error });
      expect(reply?.text).toMatch(textPattern);
      expect(next?.cookie).toBe(2n);
    },
  );

  test('C-282 C-174 while shutting down a request is an ESHUTDOWN chunk', () => {
    const talk = enter();
    talk.host.shutsDown();
    talk.client.says(ask({ length: 4 }));
    expect(heardReply(talk)).toMatchObject({ error: ESHUTDOWN, chunks: ['error'] });
  });

  test.each([
    [ErrorCode.EPERM, /does not permit/],
    [EIO, /has failed/],
    [ErrorCode.ENOMEM, /no memory/],
    [EINVAL, /cannot do it/],
    [ENOSPC, /no space/],
    [ErrorCode.ENOTSUP, /no fast way/],
    [ESHUTDOWN, /going away/],
  ] as const)(
    'C-174 error %i of a disk is an error chunk that says no more than that',
    (error, textPattern) => {
      const talk = enter();
      talk.client.says(ask({ type: WRITE_ZEROES, length: 8, offset: 16 }));
      talk.host.fails(talk.host.isGiven({ type: WRITE_ZEROES }), error);
      const reply = heardReply(talk);
      expect(reply).toMatchObject({ error, chunks: ['error'], errorOffset: undefined });
      expect(reply.text).toMatch(textPattern);
      expect(reply.text).toMatch(/^WRITE_ZEROES of 8 bytes at 16: /);
    },
  );

  test('C-203 C-206 C-207 pieces come in any order, and an error ends a READ that has begun', () => {
    const talk = enter();
    talk.client.says(ask({ length: 300 }));
    const request = talk.host.isGiven({ type: READ });
    talk.host.sendsPiece(request, 200, content(100, 2), false);
    talk.host.sendsHole(request, 0, 100, false);
    talk.host.fails(request, EIO, 100);
    const reply = heardReply(talk);
    expect(reply.chunks).toEqual(['data 200+100', 'hole 0+100', 'error']);
    expect(reply).toMatchObject({ error: EIO, errorOffset: 100 });
  });

  test('C-205 C-176 DONE is on the last piece alone, and the request is then over', () => {
    const talk = enter();
    talk.client.says(ask({ length: 300 }));
    const request = talk.host.isGiven({ type: READ });
    talk.host.sendsPiece(request, 100, content(200, 2), false);
    expect(talk.session.inFlight).toBe(1);
    talk.host.sendsPiece(request, 0, content(100, 1), true);
    expect(talk.session.inFlight).toBe(0);
    const expected = concat(content(100, 1), content(200, 2));
    expect(contentOf(heardReply(talk), 0, 300)).toEqual(expected);
    expect(() => talk.host.sendsHole(request, 0, 1, true)).toThrow('answered already');
    expect(talk.pool.lentBytes).toBe(0);
  });

  test('C-010 pieces that wait do not part the chunks of others', () => {
    const talk = enter();
    talk.client.says(ask({ length: 9, cookie: 1 }), ask({ length: 8, offset: 100, cookie: 2 }));
    const first = talk.host.isGiven({ cookieLow: 1 });
    const second = talk.host.isGiven({ cookieLow: 2 });
    const waiting = talk.session.chunks?.reservePiece(first, 0, 9, false);
    talk.host.finishes(second, content(8));
    if (waiting === undefined) throw new Error('expected a piece');
    waiting.target.set(content(9));
    talk.session.chunks?.sendPiece(waiting, true);
    talk.host.isIdle();
    talk.client.says(ask({ type: 99, cookie: 3 }));
    const replies = readReplies(talk.client.heard());
    expect(replies.map(({ cookie }) => cookie)).toEqual([2n, 1n, 3n]);
    expect(replies[1]?.data[0]?.bytes).toEqual(content(9));
  });

  test('C-178 C-211 DF is lawful if it is advertised, and only on READ', () => {
    const talk = enter(SEND_DF);
    talk.client.says(ask({ flags: CommandFlag.DF, length: 4 }));
    talk.host.finishes(talk.host.isGiven({ flags: CommandFlag.DF }), content(4));
    expect(heardReply(talk).chunks).toEqual(['data 0+4']);
    talk.client.says(ask({ type: CACHE, flags: CommandFlag.DF, length: 4 }));
    expect(heardReply(talk).error).toBe(EINVAL);
  });

  test('C-210 C-212 a READ of more than the largest payload is EOVERFLOW, with DF too', () => {
    const talk = enter(SEND_DF);
    const length = 32 * 2 ** 20 + 1;
    const large = enteredIn({ replyMode, facts: factsOf({ size: 2 ** 30 }) });
    for (const flags of [0, CommandFlag.DF]) {
      large.client.says(ask({ flags, length }));
      expect(heardReply(large)).toMatchObject({ error: EOVERFLOW, chunks: ['error'] });
    }
    talk.host.isIdle();
  });
});

test('C-173 S-10 without an agreement every reply is a simple one', () => {
  const talk = enteredIn({ replyMode: 'simple' });
  expect(talk.session.chunks).toBeUndefined();
  talk.client.says(
    requestIn('simple', { length: 4 }),
    requestIn('simple', { type: 99, cookie: 2 }),
  );
  talk.host.finishes(talk.host.isGiven({ type: READ }), content(4));
  const replies = readReplies(talk.client.heard(), (cookie) => (cookie === 1n ? 4 : 0));
  expect(replies.map(({ chunks }) => chunks)).toEqual([['simple'], ['simple']]);
});

test('C-173 DF is EINVAL with simple replies', () => {
  const talk = enteredIn({ replyMode: 'simple' });
  talk.client.says(requestIn('simple', { flags: CommandFlag.DF, length: 4 }));
  expect(heardReply(talk).error).toBe(EINVAL);
});

test('C-175 the echo is the offset of the request bit by bit, also where no number can hold it', () => {
  const talk = enteredIn({ replyMode: 'extended' });
  for (const offset of [
    65_536n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    2n ** 64n - 1n,
    0x0102_0304_0506_0708n,
  ]) {
    for (const type of [READ, FLUSH, 99]) {
      talk.client.says(withOffset(requestIn('extended', { type, length: 1 }), offset));
      expect(heardReply(talk)).toMatchObject({ echo: offset, error: EINVAL });
    }
  }
});
