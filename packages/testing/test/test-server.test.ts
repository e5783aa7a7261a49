/** A server from its start to its end, and the faults of its disk as a client meets them. */
import { GREETING_BYTES } from '@nbd/codec';
import { memoryDriver } from '@nbd/driver-memory';
import { describe, expect, it } from 'vitest';
import { ManualClock, type TestServer, testServer, type TestServerOptions } from '../src/index.ts';

const SECTOR = new Uint8Array(512).fill(7);
const ZEROES = new Uint8Array(512);

describe('a test server', () => {
  it('serves what a client writes, and closes what is open with its block', async () => {
    const kept: TestServer[] = [];
    {
      await using server = await testServer({ size: 8192, exportName: 'a disk' });
      kept.push(server);
      const client = await server.client();
      expect(client.size).toBe(8192);
      expect(server.uri).toMatch(/^nbd:\/\/127\.0\.0\.1:\d+\/a%20disk$/);
      await client.write(SECTOR, 512);
      await client.flush();
      expect(await server.disk.stableBytes(512, 512)).toEqual(SECTOR);
      kept.push(server);
    }
    const [server] = kept;
    expect(server?.connections.open).toBe(0);
    await expect(server?.client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server?.close();
  });

  it('has a channel without a socket, too', async () => {
    await using server = await testServer();
    const channel = server.channel();
    const greeting = await new Promise<Uint8Array>((resolve) => {
      channel.start({
        received: (bytes) => resolve(bytes.slice()),
        sent: () => undefined,
        ended: () => undefined,
        closed: () => undefined,
      });
    });
    expect(greeting).toHaveLength(GREETING_BYTES);
    expect(server.connections).toEqual({ open: 1, total: 1 });
  });

  it('serves the driver that it is given, closes it, and tells of its mistakes', async () => {
    let closes = 0;
    const driver = Object.assign(memoryDriver({ size: 512 }), {
      close: () => void closes++,
      read() {
        throw new TypeError('a mistake');
      },
    });
    const server = await testServer({ driver });
    const client = await server.client();
    await expect(client.read(0, 1)).rejects.toMatchObject({ code: 'EIO' });
    expect(server.driverErrors).toEqual([new TypeError('a mistake')]);
    await Promise.all([server.close(), server.close()]);
    expect(closes).toBe(1);
  });

  it.each<[string, TestServerOptions, typeof Error]>([
    ['a size and a driver', { size: 512, driver: memoryDriver({ size: 512 }) }, TypeError],
    ['a size that cannot be', { size: -1 }, RangeError],
    ['sectors that cannot be', { sectorBytes: 100 }, RangeError],
    ['limits that cannot be', { limits: { inFlightMax: 0 } }, RangeError],
  ])('refuses %s', async (_what, options, type) => {
    await expect(testServer(options)).rejects.toThrow(type);
  });
});

describe('faults of the disk', () => {
  it('the third write over a sector fails, and no other', async () => {
    await using server = await testServer();
    server.faults.add({
      on: 'write',
      touching: { offset: 1024, length: 512 },
      nth: 3,
      fail: 'ENOSPC',
    });
    const client = await server.client();
    for (const offset of [0, 1024, 1000, 1536]) await client.write(SECTOR, offset);
    await expect(client.write(SECTOR, 1500)).rejects.toMatchObject({
      code: 'ENOSPC',
      offset: 1500,
    });
    await client.write(SECTOR, 1500);
    expect(server.history.lines.at(-2)).toBe('#1 WRITE 512 at 1500 -> ENOSPC');
  });

  it('delays take no time by a clock of the test', async () => {
    const clock = new ManualClock();
    await using server = await testServer({ clock });
    server.faults.add({ on: 'read', touching: { offset: 0, length: 1 }, delay: 60_000 });
    const client = await server.client();
    const order: string[] = [];
    const slow = client.read(0, 512).then(() => order.push('slow'));
    await client.read(512, 512).then(() => order.push('quick'));
    await clock.untilWaiting();
    clock.advance(59_999);
    await client.read(512, 512).then(() => order.push('quick'));
    clock.advance(1);
    await slow;
    expect(order).toEqual(['quick', 'quick', 'slow']);
  });

  it('what hangs is released, or ends with the server', async () => {
    const server = await testServer();
    const hang = server.faults.add({ on: 'write', hang: true });
    const client = await server.client();
    const first = client.write(SECTOR, 0);
    await hang.untilHits();
    hang.release();
    await first;
    const second = client.write(SECTOR, 512).catch((error: unknown) => error);
    await hang.untilHits(2);
    await server.close();
    expect(await second).toMatchObject({ cause: { code: 'ESHUTDOWN' } });
    expect(server.history.at(1)?.answer).toBe('lost');
  });
});

describe('a crash', () => {
  it('takes what was not flushed, and the connections', async () => {
    await using server = await testServer();
    const client = await server.client();
    await client.write(SECTOR, 0);
    await client.flush();
    await client.write(SECTOR, 512);
    await client.write(SECTOR, 1024, { fua: true });
    expect(server.disk.unflushedBytes).toBe(512);
    expect(await server.crash({ keep: 'none' })).toEqual({ unflushedSectors: 1, lostSectors: 1 });
    await expect(client.read(0, 512)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const next = await server.client();
    expect(await next.read(0, 512)).toEqual(SECTOR);
    expect(await next.read(512, 512)).toEqual(ZEROES);
    expect(await next.read(1024, 512)).toEqual(SECTOR);
  });

  it('shows that a flush has lied', async () => {
    await using server = await testServer();
    server.faults.add({ on: 'flush', nth: 1, lose: true });
    const client = await server.client();
    await client.write(SECTOR, 0);
    await client.flush();
    await server.disk.crash({ keep: 'none' });
    expect(await client.read(0, 512)).toEqual(ZEROES);
    await client.write(SECTOR, 0);
    await client.flush();
    await server.disk.crash({ keep: 'none' });
    expect(await client.read(0, 512)).toEqual(SECTOR);
  });

  it('takes what hangs, for good', async () => {
    await using server = await testServer();
    const hang = server.faults.add({ on: 'write', hang: true });
    const client = await server.client();
    const write = client.write(SECTOR, 0).catch((error: unknown) => error);
    await hang.untilHits();
    await server.crash();
    expect(await write).toMatchObject({ code: 'ECONNRESET' });
    hang.release();
    expect(await server.disk.bytes(0, 512)).toEqual(ZEROES);
  });
});

it('large requests pass in both directions, with every framing', async () => {
  for (const framing of ['simple', 'structured', 'extended'] as const) {
    await using server = await testServer({ size: 8 * 2 ** 20, framing });
    const client = await server.client();
    const source = Uint8Array.from({ length: 5 * 2 ** 20 }, (_, i) => (i >> 9) + i);
    await Promise.all([client.write(source, 4096), client.flush(), client.read(0, 4096)]);
    expect(Buffer.compare(await client.read(4096, source.length), source)).toBe(0);
    expect([...server.history].every(({ answer }) => answer === 'ok')).toBe(true);
  }
});
