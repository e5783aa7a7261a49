/** What a server tells: events and counters. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Command, ErrorCode } from '@nbd/codec';
import { DriverError } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import type { ConnectionInfo, Server } from '../src/index.ts';
import { content, disconnect, read, request, write } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { allGone, READS, serving, temporaryFolder, TCP } from './serving.ts';
import { dial, enter, firstAddress, haggle } from './socket-client.ts';

/** The events of a server, in order: each name with what was told at that moment. */
function recordEvents(server: Server): (readonly [event: string, ...ConnectionInfo[]])[] {
  const events: (readonly [string, ConnectionInfo])[] = [];
  const note =
    (event: string) =>
    ({ id, peer, exportName, tls }: ConnectionInfo): void => {
      events.push([event, { id, peer, exportName, tls }]);
    };
  server.on('connect', note('connect'));
  server.on('disconnect', note('disconnect'));
  return events;
}

describe.each(READS)('reads: %s', (reads) => {
  describe('the events', () => {
    test('name each client, when it comes and when it is gone', async () => {
      const server = await serving({ listen: TCP, reads });
      const events = recordEvents(server);
      const first = await haggle(server);
      const second = await enter(server, 'disk');
      const peers = [first, second].map(({ socket }) => `127.0.0.1:${socket.localPort}`) as [
        string,
        string,
      ];
      second.says(disconnect());
      await second.closed;
      await once(server, 'disconnect');
      first.leaves();
      await allGone(server, 2);
      expect(events).toEqual([
        ['connect', { id: 1, peer: peers[0], exportName: undefined }],
        ['connect', { id: 2, peer: peers[1], exportName: undefined }],
        ['disconnect', { id: 2, peer: peers[1], exportName: 'disk' }],
        ['disconnect', { id: 1, peer: peers[0], exportName: undefined }],
      ]);
    });

    test('say nothing of those that are turned away', async () => {
      const server = await serving({ reads, maxConnections: 1 });
      await enter(server);
      const events = recordEvents(server);
      const excess = await dial(firstAddress(server));
      await excess.closed;
      expect(events).toEqual([]);
    });

    test('call the peer of a Unix socket "unix"', async () => {
      const path = join(temporaryFolder(), 'nbd.sock');
      const server = await serving({ reads, listen: `nbd+unix:///?socket=${path}` });
      const events = recordEvents(server);
      await haggle(server);
      expect(events).toEqual([['connect', { id: 1, peer: 'unix', exportName: undefined }]]);
    });
  });

  describe('the counters', () => {
    test('start at nothing', async () => {
      const server = await serving({ reads });
      expect(server.counters).toEqual({
        connections: { open: 0, total: 0, refused: 0 },
        requests: {
          READ: 0,
          WRITE: 0,
          DISC: 0,
          FLUSH: 0,
          TRIM: 0,
          CACHE: 0,
          WRITE_ZEROES: 0,
          BLOCK_STATUS: 0,
          RESIZE: 0,
        },
        failures: 0,
        bytesRead: 0,
        bytesWritten: 0,
      });
    });

    test('add up over all connections', async () => {
      const server = await serving({ reads });
      for (let i = 1; i <= 3; i++) {
        const client = await enter(server);
        client.says(
          read(0, 1000 * i, 1),
          write(0, content(10 * i), 2),
          request({ type: Command.FLUSH, cookie: 3 }),
          request({ type: Command.TRIM, cookie: 4, length: 512 }),
          read(2 ** 30, 1, 5), // out of range: no disk sees it
          disconnect(),
        );
        await client.hearsRest();
      }
      await allGone(server, 3);
      expect(server.counters).toMatchObject({
        connections: { open: 0, total: 3, refused: 0 },
        requests: { READ: 3, WRITE: 3, FLUSH: 3, TRIM: 3, WRITE_ZEROES: 0 },
        failures: 0,
        bytesRead: 6000,
        bytesWritten: 60,
      });
    });

    test('count what a disk fails, and no bytes for it', async () => {
      const disk = new HeldDisk();
      const server = await serving({ reads, exports: { disk } });
      const client = await enter(server);
      client.says(read(0, 512, 1), write(0, content(512), 2));
      await disk.holds(2);
      disk.fail(new DriverError('EIO', 'a scratch'));
      expect(await client.hearsReply()).toMatchObject({ error: ErrorCode.EIO });
      expect(await client.hearsReply()).toMatchObject({ error: ErrorCode.EIO });
      expect(server.counters).toMatchObject({
        requests: { READ: 1, WRITE: 1 },
        failures: 2,
        bytesRead: 0,
        bytesWritten: 0,
      });
    });
  });
});
