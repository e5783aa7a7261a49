/** Clients that do without GO, and clients that make no sense: the wire carries what they say all the same. */
import { Command, GREETING_BYTES, Option, SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { expect, it } from 'vitest';
import { testServer } from '../src/index.ts';
import { clientFlags, option, RawClient, request } from './raw-client.ts';

it.each([
  [true, 10],
  [false, 134],
])(
  'requests behind EXPORT_NAME are understood, without zeroes: %s',
  async (noZeroes, replyBytes) => {
    await using server = await testServer({ exportName: 'disk' });
    server.faults.add({ on: 'read', nth: 2, cut: 'in the payload' });
    const client = new RawClient(server.channel());
    await client.hears(GREETING_BYTES);
    client.say(clientFlags({ noZeroes }), option(Option.EXPORT_NAME, 'disk'));
    const before = GREETING_BYTES + replyBytes;
    expect(await client.hears(before)).toHaveLength(before);
    client.say(
      request({ type: Command.WRITE, offset: 8, length: 4, cookieLow: 1 }),
      Uint8Array.of(1, 2, 3, 4),
      request({ type: Command.READ, offset: 8, length: 4, cookieLow: 2 }),
    );
    const replies = before + 2 * SIMPLE_REPLY_BYTES + 4;
    expect([...(await client.hears(replies)).subarray(-4)]).toEqual([1, 2, 3, 4]);
    client.say(request({ type: Command.READ, offset: 8, length: 4, cookieLow: 3 }));
    const heard = await client.hears(Number.POSITIVE_INFINITY);
    expect(heard.subarray(replies)).toHaveLength(SIMPLE_REPLY_BYTES + 2);
    expect([...heard.subarray(-2)]).toEqual([1, 2]);
    expect(server.history.lines).toEqual([
      '#1 WRITE 4 at 8 -> ok',
      '#1 READ 4 at 8 -> ok',
      '#1 READ 4 at 8 -> lost',
    ]);
  },
);

it('a client that sends nonsense is left, as by any server', async () => {
  await using server = await testServer();
  const client = new RawClient(server.channel());
  client.say(clientFlags({ noZeroes: true }), new Uint8Array(100).fill(0xff));
  expect(await client.hears(Number.POSITIVE_INFINITY)).toHaveLength(GREETING_BYTES);
  expect(server.history.length).toBe(0);
  expect(server.connections).toEqual({ open: 0, total: 1 });
});

it('a server that is closed has no more channels', async () => {
  const server = await testServer();
  await server.close();
  expect(() => server.channel()).toThrow('closed');
});
