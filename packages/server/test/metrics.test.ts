/** What a server tells an operator of itself. */
import { Command, ErrorCode } from '@nbd/codec';
import { memoryDriver } from '@nbd/driver-memory';
import { describe, expect, test } from 'vitest';
import type { Server } from '../src/index.ts';
import { content, disconnect, read, request, write } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { allGone, READS, serving, TCP } from './serving.ts';
import { dial, enter, firstAddress, haggle } from './socket-client.ts';

function commandOf(server: Server, name: string, command: string) {
  return server.metrics().exports[name]?.commands[command];
}

test('a server that was not told to measure has no metrics', async () => {
  const server = await serving();
  expect(() => server.metrics()).toThrow('this server was not told to measure: metrics');
});

describe.each(READS)('reads: %s', (reads) => {
  test('start at nothing', async () => {
    const server = await serving({ reads, metrics: true });
    expect(server.metrics()).toEqual({
      connections: { open: 0, total: 0, refused: {}, ended: {} },
      exports: {},
      tls: { handshakes: 0, failures: 0 },
      threads: [
        {
          lentBytes: 0,
          idleBytes: 0,
          busySeconds: expect.any(Number),
          lag: { counts: expect.any(Array), sum: expect.any(Number) },
        },
      ],
      clients: [],
    });
  });

  test('count requests, bytes, errors and time by export, whoever asked', async () => {
    const exports = { a: memoryDriver({ size: 4096 }), b: memoryDriver({ size: 4096 }) };
    const server = await serving({ listen: TCP, reads, exports, metrics: true });
    for (let i = 0; i < 2; i++) {
      const client = await enter(server, 'a');
      client.says(
        read(0, 1000, 1),
        write(0, content(10), 2),
        read(4096, 1, 3), // out of range: no disk sees it, but it is an error
        request({ type: Command.FLUSH, cookie: 4 }),
        disconnect(),
      );
      await client.hearsRest();
    }
    await allGone(server, 2);
    const stays = await enter(server, 'b');
    stays.says(read(4096, 1, 1));
    await stays.hearsReply();
    const { exports: found, connections, clients } = server.metrics();
    expect(Object.keys(found)).toEqual(['a', 'b']);
    expect(found['a']?.commands).toMatchObject({
      READ: { requests: 2, bytes: 2000 },
      WRITE: { requests: 2, bytes: 20 },
      FLUSH: { requests: 2, bytes: 0 },
    });
    expect(found['a']?.errors).toEqual({ [ErrorCode.EINVAL]: 2 });
    expect(found['b']).toMatchObject({ commands: {}, errors: { [ErrorCode.EINVAL]: 1 } });
    for (const { diskSeconds, latency } of Object.values(found['a']?.commands ?? {})) {
      expect(diskSeconds).toBeGreaterThan(0);
      expect(latency.sum).toBeGreaterThanOrEqual(diskSeconds);
    }
    expect(connections).toMatchObject({ open: 1, total: 3, ended: { disconnected: 2 } });
    expect(clients).toMatchObject([{ id: 3, exportName: 'b', isUnderTls: false, failures: 0 }]);
  });

  test('tell of what is under way, and how long the disk had it', async () => {
    const disk = new HeldDisk();
    const server = await serving({ reads, exports: { disk }, metrics: true });
    const client = await enter(server);
    client.says(read(0, 512, 1), read(0, 512, 2));
    await disk.holds(2);
    expect(server.metrics().clients).toMatchObject([{ inFlight: 2, bytesRead: 0, requests: 2 }]);
    expect(server.metrics().threads[0]?.lentBytes).toBeGreaterThan(0);
    expect(commandOf(server, 'disk', 'READ')).toBeUndefined();
    disk.letGo();
    await client.hearsReply(512);
    await client.hearsReply(512);
    expect(server.metrics().clients).toMatchObject([{ inFlight: 0, bytesRead: 1024 }]);
    expect(commandOf(server, 'disk', 'READ')).toMatchObject({ requests: 2, bytes: 1024 });
  });

  test('tell of clients that have not entered, and of those that are turned away', async () => {
    const server = await serving({ listen: TCP, reads, maxConnections: 1, metrics: true });
    const client = await haggle(server);
    const excess = await dial(firstAddress(server));
    await excess.closed;
    const { connections, clients } = server.metrics();
    expect(connections).toMatchObject({ open: 1, total: 1 });
    expect(Object.values(connections.refused)).toEqual([1]);
    const peer = `127.0.0.1:${client.socket.localPort}`;
    expect(clients).toMatchObject([{ id: 1, peer, requests: 0 }]);
    expect(clients[0]).not.toHaveProperty('exportName');
  });
});
