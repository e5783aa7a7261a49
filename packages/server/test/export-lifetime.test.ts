/** C-284: a disk is closed once, when its last use has ended, whatever way that ended. */
import { once } from 'node:events';
import { Option } from '@nbd/codec';
import { exportLookup, type ExportSource } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import type { Server } from '../src/index.ts';
import { clientFlags, content, disconnect, go, naming, read } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { allGone, READS, recordingLog, serving, TCP } from './serving.ts';
import { dial, enter, firstAddress, meanwhile, type SocketClient } from './socket-client.ts';

type End = (client: SocketClient, server: Server, disk: HeldDisk) => void;

/** What ends a connection that has entered an export, with or without a request in flight. */
const ENDS: readonly (readonly [end: string, end: End])[] = [
  ['DISC', (client) => client.says(disconnect())],
  ['a FIN', (client) => client.leaves()],
  [
    'a FIN inside a request',
    (client) => {
      client.says(read(0, 1).subarray(0, 10));
      client.leaves();
    },
  ],
  ['a RST', (client) => client.resets()],
  ['a breach of the protocol', (client) => client.says(content(28))],
  ['a shutdown', (_client, server) => void server.close()],
  ['a cut', (_client, server) => void server.close({ timeout: 0 })],
];

describe.each(READS)('reads: %s', (reads) => {
  describe.each(ENDS)('after %s', (_, end) => {
    test('S-30 the disk of a connection is closed once', async () => {
      const disk = new HeldDisk();
      const server = await serving({ reads, source: exportLookup({ open: () => disk }) });
      const client = await enter(server, 'disk');
      end(client, server, disk);
      await allGone(server, 1);
      expect(disk.closed).toBe(1);
      await server.close();
      expect(disk.closed).toBe(1);
    });

    test('the disk of a connection is closed when its last call is answered, and not before', async () => {
      const disk = new HeldDisk();
      const server = await serving({ reads, source: exportLookup({ open: () => disk }) });
      const client = await enter(server, 'disk');
      client.says(read(0, 512));
      await disk.holds(1);
      const over = once(server, 'disconnect');
      end(client, server, disk);
      if (server.ready) {
        await meanwhile(server);
      } else {
        // A shutdown refuses this, a cut does not answer it.
        client.says(read(0, 1, 2));
        await client.hearsReply().catch(() => undefined);
      }
      expect(disk.closed).toBe(0);
      disk.letGo();
      await over;
      await allGone(server, server.counters.connections.total);
      expect(disk.closed).toBe(1);
    });

    test('the disk of a table stays open for the others, and is closed with the server', async () => {
      const disk = new HeldDisk();
      const server = await serving({ reads, exports: { disk } });
      const client = await enter(server);
      end(client, server, disk);
      await allGone(server, 1);
      expect(disk.closed === 0 || !server.ready).toBe(true);
      await server.close();
      expect(disk.closed).toBe(1);
    });
  });

  test('C-030 E-13 no disk is opened before it is named, and INFO and GO open it once', async () => {
    const names: string[] = [];
    const disk = new HeldDisk();
    const source = exportLookup({
      open(name) {
        names.push(name);
        return disk;
      },
    });
    const server = await serving({ reads, source });
    const client = await dial(firstAddress(server));
    client.says(clientFlags());
    await client.hears(18);
    expect(names).toEqual([]);
    client.says(naming(Option.INFO, 'a'), go('a'), disconnect());
    await client.hearsRest();
    await allGone(server, 1);
    expect(names).toEqual(['a']);
    expect(disk.closed).toBe(1);
  });

  test('the source is told who asks', async () => {
    const peers: string[] = [];
    const source = exportLookup({
      open(_name, { peer }) {
        peers.push(peer);
        return new HeldDisk();
      },
    });
    const server = await serving({ reads, source, listen: TCP });
    const { socket } = await enter(server);
    expect(peers).toEqual([`127.0.0.1:${socket.localPort}`]);
  });

  test('the source is closed once, after all that it has opened', async () => {
    const order: string[] = [];
    const server = await serving({ reads, source: orderedSource(order) });
    await enter(server, 'a');
    await enter(server, 'b');
    await server.close();
    expect(order).toEqual(['open', 'open', 'close', 'close', 'close source']);
    await server.close();
    expect(order).toHaveLength(5);
  });

  test('the source is closed after all that it has opened, also when connections are cut', async () => {
    const order: string[] = [];
    const server = await serving({ reads, source: orderedSource(order) });
    await enter(server, 'a');
    expect(await server.close({ timeout: 0 })).toEqual({ cut: 1 });
    await allGone(server, 1);
    expect(order).toEqual(['open', 'close', 'close source']);
  });

  test('C-284 S-31 a disk and a source that cannot be closed are lines in the log', async () => {
    const { log, lines } = recordingLog();
    const fault = new Error('stuck');
    const source: ExportSource = {
      open: (name) => ({ name, driver: new HeldDisk(), close: () => Promise.reject(fault) }),
      close: () => Promise.reject(fault),
    };
    const server = await serving({ reads, source, log });
    const client = await enter(server);
    client.says(disconnect());
    await allGone(server, 1);
    expect(await server.close()).toEqual({ cut: 0 });
    expect(lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        fields: { connection: 1, peer: expect.any(String), err: fault },
        message: 'an export cannot be closed',
      },
      { level: 'error', fields: { err: fault }, message: 'the exports cannot be closed' },
    ]);
  });
});

/** A source that writes down when it and its disks are opened and closed. */
function orderedSource(order: string[]): ExportSource {
  return {
    open(name) {
      order.push('open');
      return { name, driver: new HeldDisk(), close: () => void order.push('close') };
    },
    close: () => void order.push('close source'),
  };
}
