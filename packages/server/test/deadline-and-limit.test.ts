/** Clients that are idle, slow or too many: what the specification leaves to the server (C-028, C-029). */
import { once } from 'node:events';
import { Option } from '@nbd/codec';
import { exportLookup } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { describe, expect, test } from 'vitest';
import { clientFlags, disconnect, go, optionHead, read } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { allGone, READS, recordingLog, serving, temporaryFolder } from './serving.ts';
import { dial, enter, firstAddress, haggle } from './socket-client.ts';

describe.each(READS)('reads: %s', (reads) => {
  describe('C-028 S-37 the handshake deadline', () => {
    test('closes a client that says nothing, and gives its place to another', async () => {
      const server = await serving({ reads, handshakeTimeout: 50, maxConnections: 1 });
      const idle = await dial(firstAddress(server));
      expect(await idle.hearsRest()).toHaveLength(18);
      await idle.closed;
      await allGone(server, 1);
      await enter(server);
    });

    test('closes a client that dribbles', async () => {
      const server = await serving({ reads, handshakeTimeout: 50 });
      const client = await haggle(server);
      client.says(optionHead(Option.LIST, 2 ** 20));
      const dribble = setInterval(() => client.says(Uint8Array.of(0)), 5);
      expect(await client.hearsRest()).toHaveLength(0);
      clearInterval(dribble);
      await allGone(server, 1);
    });

    test('closes a client that only asks about exports', async () => {
      const server = await serving({ reads, handshakeTimeout: 50 });
      const client = await haggle(server);
      let answers = 0;
      const ask = (): void => client.says(optionHead(Option.LIST, 0));
      client.socket.on('data', () => {
        answers++;
        ask();
      });
      ask();
      await client.closed;
      expect(answers).toBeGreaterThan(0);
    });

    test('closes a client while its disk is being opened, and the disk is closed when it is open', async () => {
      const disk = new HeldDisk();
      let open: ((disk: HeldDisk) => void) | undefined;
      const opening = new Promise<HeldDisk>((resolve) => {
        open = resolve;
      });
      const source = exportLookup({ open: () => opening });
      const server = await serving({ reads, source, handshakeTimeout: 50 });
      const client = await haggle(server);
      client.says(go('disk'));
      await client.closed;
      expect(disk.closed).toBe(0);
      open?.(disk);
      await allGone(server, 1);
      expect(disk.closed).toBe(1);
    });

    test('does not concern a client that has entered an export', async () => {
      const server = await serving({ reads, handshakeTimeout: 50 });
      const client = await enter(server);
      // The deadline of one that came later passes first, if that of the other is gone.
      const later = await dial(firstAddress(server));
      await later.closed;
      client.says(read(0, 512, 4));
      expect(await client.hearsReply(512)).toMatchObject({ error: 0, cookie: 4 });
    });

    test('is for ever if it is 0', async () => {
      const patient = await serving({ reads, handshakeTimeout: 0 });
      const server = await serving({ reads, handshakeTimeout: 50 });
      const idle = await dial(firstAddress(patient));
      const watch = await dial(firstAddress(server));
      await watch.closed;
      idle.says(clientFlags(), optionHead(Option.LIST, 0));
      await idle.hears(18);
      expect(await idle.hearsOptionReply()).toMatchObject({ option: Option.LIST });
    });
  });

  describe('C-029 S-37 the limit of connections', () => {
    test('closes those above it before the first byte, and leaves those below it alone', async () => {
      const server = await serving({ reads, maxConnections: 2 });
      const clients = [await enter(server), await enter(server)];
      const excess = await dial(firstAddress(server));
      expect(await excess.hearsRest()).toHaveLength(0);
      await excess.closed;
      expect(server.counters.connections).toEqual({ open: 2, total: 2, refused: 1 });
      for (const client of clients) {
        client.says(read(0, 512));
        expect(await client.hearsReply(512)).toMatchObject({ error: 0 });
      }
    });

    test('closes those above that of their address, and takes others in', async () => {
      const { log, lines } = recordingLog();
      const limits = { connectionsPerAddressMax: 2 };
      const listen = ['nbd://127.0.0.1:0', `nbd+unix:///?socket=${temporaryFolder()}/socket`];
      const server = await serving({ reads, log, listen, limits });
      await enter(server);
      const second = await enter(server);
      const excess = await dial(firstAddress(server));
      expect(await excess.hearsRest()).toHaveLength(0);
      expect(server.counters.connections).toEqual({ open: 2, total: 2, refused: 1 });
      expect(lines).toContainEqual({
        level: 'info',
        message: 'client turned away: there are too many connections from its address',
        fields: {
          peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
          maxConnections: 100,
          perAddress: 2,
        },
      });
      const over = once(server, 'disconnect');
      second.resets();
      await over;
      await enter(server);
      for (let i = 0; i < 3; i++) await enter({ addresses: server.addresses.slice(1) });
      expect(server.counters.connections).toEqual({ open: 5, total: 6, refused: 1 });
    });

    test('is also kept by one that speaks before it is closed', async () => {
      const server = await serving({ reads, maxConnections: 1 });
      await enter(server);
      const excess = await dial(firstAddress(server));
      excess.says(clientFlags(), go(), read(0, 512));
      await excess.closed;
      expect(server.counters.connections).toEqual({ open: 1, total: 1, refused: 1 });
      expect(server.counters.requests['READ']).toBe(0);
    });

    test('S-03 frees the place of each that leaves, two hundred times', async () => {
      const disk = memoryDriver({ size: 512 });
      const server = await serving({ reads, maxConnections: 1, exports: { disk } });
      for (let i = 0; i < 200; i++) {
        const over = once(server, 'disconnect');
        const client = await (i % 2 === 0 ? enter(server) : haggle(server));
        if (i % 4 === 0) client.says(disconnect());
        else if (i % 4 === 1) client.leaves();
        else client.resets();
        await over;
      }
      expect(server.counters.connections).toEqual({ open: 0, total: 200, refused: 0 });
    });
  });
});
