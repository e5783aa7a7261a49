/** What the system has taken of a batch of replies is used again before the rest has gone: which bytes that is. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { ChannelReceiver } from '@nbd/session';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SocketChannel } from '../src/socket-channel.ts';
import { acceptedSocket } from './accepted-socket.ts';
import { READS } from './serving.ts';

const SEGMENT_BYTES = 2 ** 20;
/** More than the buffers of the kernel hold. */
const SEGMENTS = 24;

/** A client that does not read, and the channel at the other end, which counts what it is told to be sent. */
async function pair(
  reads: 'shared' | 'own',
): Promise<{ client: Socket; channel: SocketChannel; sent: () => number }> {
  const listener = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(
    0,
    '127.0.0.1',
  );
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const client = connect(port, '127.0.0.1').on('error', () => undefined);
  const channel = new SocketChannel(await acceptedSocket(listener, reads), {
    eagerLoop: undefined,
  });
  let sends = 0;
  const receiver: ChannelReceiver = {
    received: () => undefined,
    sent: () => void sends++,
    ended: () => undefined,
    closed: () => undefined,
  };
  channel.start(receiver);
  onTestFinished(() => {
    client.destroy();
    channel.drop();
    listener.close();
  });
  return { client, channel, sent: () => sends };
}

describe.each(READS)('reads: %s', (reads) => {
  test('what the channel needs no longer may be overwritten, and the client hears what was sent', async () => {
    const { client, channel, sent } = await pair(reads);
    const segments = Array.from({ length: SEGMENTS }, (_, i) =>
      new Uint8Array(SEGMENT_BYTES).fill(i),
    );
    const said = Buffer.concat(segments);
    expect(channel.send(segments)).toBe(false);
    const kept = channel.keptBytes;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(said.length);
    for (const [i, segment] of segments.entries()) {
      if ((SEGMENTS - i - 1) * SEGMENT_BYTES >= kept) segment.fill(0xdb);
    }
    const heard: Buffer[] = [];
    let length = 0;
    while (length < said.length) {
      const [chunk] = (await once(client, 'data')) as [Buffer];
      heard.push(chunk);
      length += chunk.length;
    }
    expect(Buffer.compare(Buffer.concat(heard), said)).toBe(0);
    while (sent() === 0) await new Promise(setImmediate);
    expect(sent()).toBe(1);
  });

  test('of what waits behind another send it needs all', async () => {
    const { channel } = await pair(reads);
    expect(channel.send([new Uint8Array(SEGMENTS * SEGMENT_BYTES)])).toBe(false);
    expect(channel.send([new Uint8Array(1)])).toBe(false);
    expect(channel.keptBytes).toBe(Number.POSITIVE_INFINITY);
  });
});
