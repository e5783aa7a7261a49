/** Which requests may be under way beside each other, in one session and in several that share a pool (C-187). */
import { ErrorCode } from '@nbd/codec';
import { expect, test } from 'vitest';
import { BufferPool } from '../src/index.ts';
import { content, read, write } from './client-bytes.ts';
import { entered, factsOf } from './conversation.ts';
import { errorReply, simpleReply } from './server-bytes.ts';

test('C-187 no more requests are lent than inFlightMax, and the next comes with a free slot', () => {
  const { client, host, session } = entered(factsOf(), { inFlightMax: 2 });
  client.says(read(0, 1), read(1, 1), read(2, 1));
  const first = host.isGiven({ offset: 0 });
  host.isGiven({ offset: 1 });
  host.isIdle();
  expect(session.wantsBytes).toBe(false);
  expect(session.inFlight).toBe(2);
  host.finishes(first, Uint8Array.of(9));
  client.hears(simpleReply(1, Uint8Array.of(9)));
  host.isGiven({ offset: 2 });
  expect(session.wantsBytes).toBe(false);
});

test('C-187 no more bytes are lent than inFlightBytesMax, but a lone request of any size is', () => {
  const { client, host, session } = entered(factsOf(), { inFlightBytesMax: 1000 });
  client.says(read(0, 4000), write(0, content(500)), read(1, 500));
  const large = host.isGiven({ length: 4000 });
  host.isIdle();
  expect(session.wantsBytes).toBe(false);
  host.finishes(large, content(4000));
  host.isGiven({ type: 1, length: 500 });
  host.isGiven({ type: 0, length: 500 });
  host.isIdle();
});

test('requests that hold no memory pass while others are held back by their size alone', () => {
  const { client, host } = entered(factsOf(), { inFlightBytesMax: 1000 });
  client.says(read(0, 1000), write(0, content(1)));
  const first = host.isGiven({ length: 1000 });
  host.isIdle();
  host.fails(first, 5);
  client.hears(errorReply(1, 5));
  host.isGiven({ type: 1 });
});

test('sessions that share a full pool have one request each or a small share, and go on as it empties', () => {
  const pool = new BufferPool({ lentBytesMax: 3_000_000 });
  const facts = factsOf({ size: 2 ** 24 });
  const [one, other] = [entered(facts, {}, pool), entered(facts, {}, pool)];
  one.client.says(write(0, content(2_500_000)));
  const first = one.host.isGiven({ length: 2_500_000 });
  expect(pool.hasRoom(1)).toBe(false);
  other.client.says(read(0, 600_000), read(0, 400_000), read(0, 100_000));
  const mine = [other.host.isGiven({ length: 600_000 }), other.host.isGiven({ length: 400_000 })];
  other.host.isIdle();
  one.host.finishes(first);
  for (const reading of mine) other.host.fails(reading, ErrorCode.EIO);
  other.host.isGiven({ type: 0, length: 100_000 });
});
