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

  test('a session that throws at what it is given loses its socket, and closes with the error', async () => {
    const listener = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const client = connect(port, '127.0.0.1').on('error', () => undefined);
    const channel = new SocketChannel(await acceptedSocket(listener, reads), {
      eagerLoop: undefined,
    });
    const fault = new Error('a bug');
    const closed = new Promise((resolve) => {
      const receiver: ChannelReceiver = {
        received: () => {
          throw fault;
        },
        sent: () => undefined,
        ended: () => undefined,
        closed: resolve,
      };
      channel.start(receiver);
    });
    client.write('x');
    expect(await closed).toBe(fault);
    client.destroy();
    listener.close();
  });
});
