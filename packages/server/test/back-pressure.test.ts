/** C-188: a client that does not take its replies is not served further, and costs the others nothing. */
import { once } from 'node:events';
import { expect, describe, test } from 'vitest';
import { Option, OptionReply } from '@nbd/codec';
import type { BatchedRead, Driver } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { buffersInUse } from './buffers-in-use.ts';
import { READS, serving } from './serving.ts';
import { concat, content, disconnect, option, read, write } from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { enter, haggle, meanwhile, type SocketClient } from './socket-client.ts';
import { WAY } from './way.ts';
import type { Server } from '../src/index.ts';

const MIB = 2 ** 20;
const REQUESTS = 96;
/** What a connection's own limit and the buffers of the kernel may come to. */
const SERVED_MAX = 32;

const PATTERN = content(MIB);
const PLAIN = { fua: false };

/** A disk whose bytes tell their place in its mebibyte, and that holds no memory. */
const patternDisk: Driver = {
  size: REQUESTS * MIB,
  read(target, offset) {
    target.set(PATTERN.subarray(0, target.length));
    target[0] = offset / MIB;
  },
};

/** A disk that lends its pattern where it may, and counts how often. */
class LendingDisk implements Driver {
  readonly size = REQUESTS * MIB;
  readonly fillsTarget = true;
  readonly lendsViews = true;
  lent = 0;

  read(): void {
    expect.unreachable('it takes batches');
  }

  readBatch(reads: readonly BatchedRead[]): void {
    for (const each of reads) {
      const bytes = PATTERN.subarray(0, each.target.length);
      if (each.takesView !== true) each.target.set(bytes);
      else {
        each.view = bytes;
        this.lent++;
      }
    }
  }
}

/** Another client's reads, until the number that was served does not change but for those. */
async function untilStalled(server: Server, other: SocketClient): Promise<void> {
  const served = (): number => server.counters.requests['READ'] ?? 0;
  let quietTurns = 0;
  while (quietTurns < 20) {
    const before = served();
    other.says(read(0, 1, 9));
    expect(await other.hearsReply(1)).toMatchObject({ error: 0, cookie: 9 });
    quietTurns = served() === before + 1 ? quietTurns + 1 : 0;
  }
}

describe.each(READS)('reads: %s', (reads) => {
  test('C-188 replies that are not taken are few, and all are right when the client reads on', async () => {
    const server = await serving({ reads, exports: { disk: patternDisk } });
    const other = await enter(server);
    const client = await enter(server);
    client.socket.pause();
    const before = buffersInUse();
    client.says(...Array.from({ length: REQUESTS }, (_, i) => read(i * MIB, MIB, i)));
    await untilStalled(server, other);
    const held = buffersInUse() - before;
    expect(held).toBeLessThan(SERVED_MAX * MIB);
    expect(server.counters.bytesRead).toBeLessThan(SERVED_MAX * MIB);
    expect(server.counters.bytesRead).toBeGreaterThan(MIB);

    client.socket.resume();
    for (let i = 0; i < REQUESTS; i++) {
      const { error, cookie, data } = await client.hearsReply(MIB);
      expect({ error, cookie }).toEqual({ error: 0, cookie: i });
      expect(data[0]).toBe(i);
      expect(Buffer.compare(data.subarray(1), PATTERN.subarray(1))).toBe(0);
    }
    client.says(disconnect());
    await client.closed;
  });

  test('C-188 so are those that a disk lends, which it does in the clear', async () => {
    const disk = new LendingDisk();
    const server = await serving({ reads, exports: { disk } });
    const other = await enter(server);
    const client = await enter(server);
    client.socket.pause();
    client.says(...Array.from({ length: REQUESTS }, (_, i) => read(i * MIB, MIB, i)));
    await untilStalled(server, other);
    client.socket.resume();
    for (let cookie = 0; cookie < REQUESTS; cookie++) {
      const heard = await client.hearsReply(MIB);
      expect(heard).toMatchObject({ error: 0, cookie });
      expect(Buffer.compare(heard.data, PATTERN)).toBe(0);
    }
    expect(disk.lent).toBe(WAY === 'tls' ? 0 : REQUESTS);
  });

  test('a disk lends from 16 KiB on', async () => {
    const disk = new LendingDisk();
    const client = await enter(await serving({ reads, exports: { disk } }));
    const smallest = 16 * 1024;
    for (const length of [smallest - 1, smallest]) {
      client.says(read(0, length));
      const { data } = await client.hearsReply(length);
      expect(Buffer.compare(data, PATTERN.subarray(0, length))).toBe(0);
      expect(disk.lent).toBe(length < smallest || WAY === 'tls' ? 0 : 1);
    }
  });

  test('C-188 what is written, trimmed and cut off before a client reads on is seen as it was or as it is', async () => {
    const disk = memoryDriver({ size: 16 * MIB });
    for (let i = 0; i < 16; i++) void disk.write?.(new Uint8Array(MIB).fill(i + 1), i * MIB, PLAIN);
    const server = await serving({ reads, exports: { disk } });
    const other = await enter(server);
    const client = await enter(server);
    client.socket.pause();
    client.says(...Array.from({ length: REQUESTS }, (_, i) => read((i % 16) * MIB, MIB, i)));
    await untilStalled(server, other);
    void disk.trim?.(0, 4 * MIB, PLAIN);
    for (let i = 0; i < 4; i++)
      void disk.write?.(new Uint8Array(MIB).fill(100 + i), i * MIB, PLAIN);
    void disk.zero?.(4 * MIB, 4 * MIB, { ...PLAIN, mayTrim: true, fast: false });
    void disk.resize?.(8 * MIB);
    void disk.resize?.(16 * MIB);
    for (let i = 8; i < 16; i++)
      void disk.write?.(new Uint8Array(MIB).fill(100 + i), i * MIB, PLAIN);
    client.socket.resume();
    for (let cookie = 0; cookie < REQUESTS; cookie++) {
      const { data } = await client.hearsReply(MIB);
      const place = cookie % 16;
      const mayBe = new Set([place + 1, place >= 4 && place < 8 ? 0 : 100 + place, 0]);
      expect([...new Set(data)].filter((byte) => !mayBe.has(byte))).toEqual([]);
    }
  });

  test('C-006 C-188 what a client has asked for and not read is not served once it has reset', async () => {
    const server = await serving({ reads, exports: { disk: patternDisk } });
    const other = await enter(server);
    const client = await enter(server);
    client.socket.pause();
    client.says(...Array.from({ length: REQUESTS }, (_, i) => read(i * MIB, MIB, i)));
    await untilStalled(server, other);
    const { bytesRead } = server.counters;
    const gone = once(server, 'disconnect');
    client.resets();
    await gone;
    expect(server.counters.bytesRead).toBe(bytesRead);
  });

  test('C-188 ten such clients are bounded alike, and can be lost alike', async () => {
    const server = await serving({
      reads,
      exports: { disk: patternDisk },
      limits: { unsentBytesMax: 65_536 },
    });
    const other = await enter(server);
    const before = buffersInUse();
    const clients = await Promise.all(Array.from({ length: 10 }, () => enter(server)));
    for (const client of clients) {
      client.socket.pause();
      client.says(...Array.from({ length: REQUESTS }, (_, i) => read(0, 65_536, i)));
    }
    await untilStalled(server, other);
    expect(buffersInUse() - before).toBeLessThan(SERVED_MAX * MIB);
    for (const client of clients) client.resets();
  });

  test('C-187 payloads that a slow disk has no time for stay with the client', async () => {
    const disk = new HeldDisk();
    const server = await serving({
      reads,
      exports: { disk },
      limits: { inFlightBytesMax: 2 * MIB },
    });
    const client = await enter(server);
    const flood = concat(...Array.from({ length: 64 }, (_, i) => write(0, PATTERN, i)));
    const before = buffersInUse();
    client.socket.write(flood);
    await disk.holds(2);
    const other = await haggle(server);
    for (let i = 0; i < 200; i++) {
      other.says(option(Option.LIST));
      expect(await other.hearsOptionReply()).toMatchObject({ type: OptionReply.SERVER });
      expect(await other.hearsOptionReply()).toMatchObject({ type: OptionReply.ACK });
    }
    expect(disk.waiting).toBe(2);
    expect(buffersInUse() - before).toBeLessThan(SERVED_MAX * MIB);
    for (let answered = 0; answered < 64; ) {
      await disk.holds(1);
      const { waiting } = disk;
      disk.letGo();
      for (let i = 0; i < waiting; i++) {
        expect(await client.hearsReply()).toMatchObject({ error: 0, cookie: answered });
        answered++;
      }
    }
    expect(Buffer.compare(disk.bytes, PATTERN)).toBe(0);
  });

  test('C-187 a client that asks for more than may be in flight is read no further until it is answered', async () => {
    let letGo: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let asked = 0;
    const disk: Driver = {
      size: 512,
      async read() {
        asked++;
        await held;
      },
    };
    const server = await serving({ reads, exports: { disk }, limits: { inFlightMax: 4 } });
    const client = await enter(server);
    await client.saysAll(...Array.from({ length: 50 }, (_, i) => read(0, 1, i)));
    await meanwhile(server);
    expect(asked).toBe(4);
    letGo?.();
    const cookies = new Set<number>();
    for (let i = 0; i < 50; i++) cookies.add((await client.hearsReply(1)).cookie);
    expect(cookies.size).toBe(50);
  });
});
