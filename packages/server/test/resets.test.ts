/** C-006: whatever moment a client vanishes at, the others do not notice. */
import { Option } from '@nbd/codec';
import { exportLookup } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { describe, expect, test } from 'vitest';
import type { Server } from '../src/index.ts';
import {
  clientFlags,
  concat,
  content,
  disconnect,
  go,
  naming,
  read,
  write,
} from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { allGone, READS, serving } from './serving.ts';
import { dial, enter, firstAddress, type SocketClient } from './socket-client.ts';

/** A whole conversation. The write is last, so that no proper beginning of it writes anything. */
const SCRIPT: Uint8Array = concat(
  clientFlags(),
  naming(Option.INFO, 'disk'),
  go('disk'),
  read(0, 600, 1),
  write(4096, content(40, 9), 2),
);

const WAYS: readonly (readonly [way: string, vanish: (client: SocketClient) => void])[] = [
  ['is destroyed', (client) => client.socket.destroy()],
  ['sends a RST', (client) => client.resets()],
  ['sends a FIN', (client) => client.socket.end()],
];

interface Watched {
  readonly server: Server;
  /** The disk of the memory that all connections see. */
  readonly disk: ReturnType<typeof memoryDriver>;
  readonly opened: () => number;
  readonly closed: () => number;
}

/** A server whose disks are counted, one for each connection, all of the same memory. */
async function watchedServer(reads: 'shared' | 'own'): Promise<Watched> {
  const disk = memoryDriver({ size: 65_536 });
  let opened = 0;
  let closed = 0;
  const source = exportLookup({
    open() {
      opened++;
      return {
        size: disk.size,
        read: (target, offset) => disk.read(target, offset),
        write: (bytes, offset, options) => disk.write?.(bytes, offset, options),
        close: () => void closed++,
      };
    },
  });
  const server = await serving({ source, reads, maxConnections: SCRIPT.length });
  return { server, disk, opened: () => opened, closed: () => closed };
}

describe.each(READS)('reads: %s', (reads) => {
  test.each(WAYS)(
    'C-005 C-006 C-284 E-04 a client that %s after any byte ends its own session alone, and its disk is closed once',
    async (_, vanish) => {
      const { server, disk, opened, closed } = await watchedServer(reads);
      await Promise.all(
        Array.from(SCRIPT, async (_byte, length) => {
          const client = await dial(firstAddress(server));
          await client.saysAll(SCRIPT.subarray(0, length));
          vanish(client);
          await client.closed;
        }),
      );
      await allGone(server, SCRIPT.length);
      expect(closed()).toBe(opened());

      // No part of a write was written, and the server goes on.
      const client = await enter(server, 'disk');
      client.says(read(0, 8192, 5));
      expect(await client.hearsReply(8192)).toEqual({
        error: 0,
        cookie: 5,
        data: new Uint8Array(8192),
      });
      client.says(disconnect());
      await allGone(server, SCRIPT.length + 1);
      expect(closed()).toBe(opened());
      expect(disk.size).toBe(65_536);
    },
  );

  test('C-006 a client that vanishes before it is accepted is seen off like any other', async () => {
    const server = await serving({ reads });
    for (let i = 0; i < 20; i++) {
      const client = await dial(firstAddress(server));
      client.resets();
    }
    await allGone(server, 20);
    const client = await enter(server);
    client.says(read(0, 1));
    expect(await client.hearsReply(1)).toMatchObject({ error: 0 });
  });

  test('C-006 E-30 replies to a client that has reset go nowhere, and nothing is thrown', async () => {
    const disk = new HeldDisk();
    const server = await serving({ reads, exports: { disk } });
    const client = await enter(server);
    client.says(...Array.from({ length: 8 }, (_, i) => read(0, 65_536, i)));
    await disk.holds(8);
    client.resets();
    await client.closed;
    // Whether the reset has been seen yet or not: both moments are lawful.
    disk.letGo();
    await allGone(server, 1);
    expect(server.counters.requests['READ']).toBe(8);
  });

  test('C-006 a client that resets in the middle of its replies ends its own session alone', async () => {
    const server = await serving({ reads });
    const other = await enter(server);
    const client = await enter(server);
    client.socket.pause();
    client.says(...Array.from({ length: 64 }, (_, i) => read(0, 2 ** 20, i)));
    other.says(read(0, 512, 1));
    await other.hearsReply(512);
    client.resets();
    await client.closed;
    while (server.counters.connections.open > 1) {
      other.says(read(0, 512, 2));
      expect(await other.hearsReply(512)).toMatchObject({ error: 0, cookie: 2 });
    }
  });
});
