/** Faults of our own side, which no client is to blame for: they cost the others nothing. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Driver } from '@nbd/driver';
import type { ChannelReceiver } from '@nbd/session';
import { describe, expect, test } from 'vitest';
import { SocketChannel } from '../src/socket-channel.ts';
import { acceptedSocket } from './accepted-socket.ts';
import { disconnect, read } from './client-bytes.ts';
import { allGone, READS, serving } from './serving.ts';
import { dial, enter, firstAddress, haggle } from './socket-client.ts';

function tell(): void {
  throw new Error('the log is full');
}

describe.each(READS)('reads: %s', (reads) => {
  test('a log that throws costs no client its answers, and the process is warned', async () => {
    const disk: Driver = {
      size: 1024,
      read: (target, offset) => {
        if (offset === 0) throw new Error('the disk is broken');
        target.fill(7);
      },
    };
    const warned = once(process, 'warning');
    const server = await serving({
      reads,
      exports: { disk },
      log: { debug: tell, info: tell, warn: tell, error: tell },
    });
    const client = await enter(server);
    client.says(read(0, 512, 1));
    expect(await client.hearsReply()).toMatchObject({ error: 5, cookie: 1 });
    client.says(read(512, 512, 2), disconnect());
    expect(await client.hearsReply(512)).toMatchObject({ error: 0, cookie: 2 });
    expect(await warned).toMatchObject([{ message: 'the log is full' }]);
    await allGone(server, 1);
  });

  test('a log that throws when a client is turned away costs the others nothing', async () => {
    const log = { debug: () => undefined, info: tell, warn: tell, error: tell };
    const server = await serving({ reads, log, maxConnections: 1 });
    const client = await haggle(server);
    const warned = once(process, 'warning');
    await (await dial(firstAddress(server))).closed;
    expect(await warned).toMatchObject([{ message: 'the log is full' }]);
    expect(server.counters.connections).toEqual({ open: 1, total: 1, refused: 1 });
    client.leaves();
    await allGone(server, 1);
  });

  test.each([
    ['what it is given', { received: fail }],
    ['the end', { ended: fail }],
    ['what is sent', { received: (_, channel) => void channel.send([LARGE]), sent: fail }],
    ['what it has put off', { received: (_, channel) => channel.defer(fail) }],
  ] satisfies [string, Receiving][])(
    'a session that throws at %s loses its socket, and closes with the error',
    async (_, receiving) => expect(await closedWith(reads, receiving)).toBe(FAULT),
  );

  test('a session that throws at the close of its socket costs no more, and the process is warned', async () => {
    const warned = once(process, 'warning');
    void closedWith(reads, { ended: (_, channel) => channel.end() }, fail);
    expect(await warned).toMatchObject([FAULT]);
  });
});

type Receiving = {
  readonly [Event in 'received' | 'sent' | 'ended']?: (
    bytes: unknown,
    channel: SocketChannel,
  ) => void;
};

const FAULT = new Error('a bug');
/** More than a system takes at once. */
const LARGE = new Uint8Array(32 * 2 ** 20);

function fail(): never {
  throw FAULT;
}

/** The error that a channel closes with whose client says a byte, takes everything and leaves. */
async function closedWith(
  reads: 'shared' | 'own',
  receiving: Receiving,
  atClose: () => void = () => undefined,
): Promise<unknown> {
  const listener = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const client = connect(port, '127.0.0.1').on('error', () => undefined);
  const channel = new SocketChannel(await acceptedSocket(listener, reads), {
    eagerLoop: undefined,
  });
  const closed = new Promise((resolve) => {
    const receiver: ChannelReceiver = {
      received: (bytes) => receiving.received?.(bytes, channel),
      sent: () => receiving.sent?.(undefined, channel),
      ended: () => receiving.ended?.(undefined, channel),
      closed: (error) => {
        resolve(error);
        atClose();
      },
    };
    channel.start(receiver);
  });
  client.resume().end('x');
  const error = await closed;
  client.destroy();
  listener.close();
  return error;
}
