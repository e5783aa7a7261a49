/** Clients that are idle, slow or too many: what the specification leaves to the server (C-028, C-029). */
import { once } from 'node:events';
import { Option, OptionReply } from '@nbd/codec';
import { exportLookup } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientFlags, disconnect, go, optionHead, read } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { allGone, READS, recordingLog, serving, temporaryFolder } from './serving.ts';
import { dial, enter, firstAddress, haggle, meanwhile } from './socket-client.ts';
import { letTimeGoOn, passTime, stopTime } from './stopped-time.ts';

describe.each(READS)('reads: %s', (reads) => {
  describe('C-028 S-37 the handshake deadline', () => {
    // However long a machine takes for a handshake, what a test does is within the deadline, or behind it.
    beforeEach(stopTime);
    afterEach(letTimeGoOn);

    test('closes a client that says nothing, and gives its place to another', async () => {
      const server = await serving({ reads, handshakeTimeout: 50, maxConnections: 1 });
      const idle = await dial(firstAddress(server));
      await idle.hears(18);
      passTime(49);
      expect(server.counters.connections.open).toBe(1);
      passTime(1);
      expect(await idle.hearsRest()).toHaveLength(0);
      await idle.closed;
      await allGone(server, 1);
      await enter(server);
    });

    test('E-32 closes a client that dribbles', async () => {
      const server = await serving({ reads, handshakeTimeout: 50 });
      const client = await haggle(server);
      client.says(optionHead(Option.LIST, 2 ** 20));
      for (let dribbled = 0; dribbled < 4; dribbled++) {
        client.says(Uint8Array.of(0));
        await meanwhile(server);
        passTime(15);
      }
      expect(await client.hearsRest()).toHaveLength(0);
      await allGone(server, 5);
    });

    test('closes a client that only asks about exports', async () => {
      const server = await serving({ reads, handshakeTimeout: 50 });
      const client = await haggle(server);
      for (let asked = 0; asked < 4; asked++) {
        client.says(optionHead(Option.LIST, 0));
        expect(await client.hearsOptionReply()).toMatchObject({ type: OptionReply.SERVER });
        expect(await client.hearsOptionReply()).toMatchObject({ type: OptionReply.ACK });
        passTime(15);
      }
      await client.closed;
    });

    test('closes a client while its disk is being opened, and the disk is closed when it is open', async () => {
      const disk = new HeldDisk();
      const opening: ((disk: HeldDisk) => void)[] = [];
      const source = exportLookup({
        open: () => new Promise<HeldDisk>((open) => opening.push(open)),
      });
      const server = await serving({ reads, source, handshakeTimeout: 50 });
      const client = await haggle(server);
      client.says(go('disk'));
      await meanwhile(server);
      expect(opening).toHaveLength(1);
      passTime(50);
      await client.closed;
      expect(disk.closed).toBe(0);
      opening[0]?.(disk);
      await allGone(server, 2);
      expect(disk.closed).toBe(1);
    });

    test('does not concern a client that has entered an export', async () => {
      const server = await serving({ reads, handshakeTimeout: 50 });
      const client = await enter(server);
      const other = await dial(firstAddress(server));
      await other.hears(18);
      passTime(50);
      await other.closed;
      client.says(read(0, 512, 4));
      expect(await client.hearsReply(512)).toMatchObject({ error: 0, cookie: 4 });
    });

    test('is for ever if it is 0', async () => {
      const server = await serving({ reads, handshakeTimeout: 0 });
      const idle = await dial(firstAddress(server));
      await idle.hears(18);
      passTime(1_000_000);
      idle.says(clientFlags(), optionHead(Option.LIST, 0));
      expect(await idle.hearsOptionReply()).toMatchObject({ option: Option.LIST });
    });
  });

  describe('C-029 S-37 the limit of connections', () => {
    test('E-34 closes those above it before the first byte, and leaves those below it alone', async () => {
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
