/** What clients meet when something goes wrong between them and the server. */
import { connect, NbdError } from '@nbd/client';
import { describe, expect, it } from 'vitest';
import { type CutPlace, testServer, type WireFault } from '../src/index.ts';

const SECTOR = new Uint8Array(512).fill(7);
const FRAMINGS = ['simple', 'structured', 'extended'] as const;
const PLACES: readonly CutPlace[] = [
  'before the disk',
  'before the reply',
  'in the header',
  'in the payload',
];

describe.each(FRAMINGS)('with %s replies', (framing) => {
  it.each(PLACES)(
    'a read that is cut %s is lost, and one that is sent again is answered',
    async (cut) => {
      await using server = await testServer({ framing });
      server.faults.add({ on: 'read', nth: 2, cut });
      const client = await server.client({ reconnect: { attempts: 3, delay: 0 } });
      expect(client.info.framing).toBe(framing);
      await client.write(SECTOR, 512);
      expect(await client.read(0, 512)).toEqual(new Uint8Array(512));
      expect(await client.read(512, 512)).toEqual(SECTOR);
      expect(server.history.lines).toEqual([
        '#1 WRITE 512 at 512 -> ok',
        '#1 READ 512 at 0 -> ok',
        '#1 READ 512 at 512 -> lost',
        '#2 READ 512 at 512 -> ok',
      ]);
      expect(server.connections.total).toBe(2);
    },
  );

  it.each<[CutPlace, boolean, string]>([
    ['before the disk', false, 'ECONNRESET'],
    ['before the reply', true, 'ECONNRESET'],
    ['in the header', true, 'ECONNRESET'],
    // A header is all the reply that a write has, so the client has heard that it is done.
    ['in the payload', true, 'ok'],
  ])('a write that is cut %s is on the disk: %s', async (cut, isWritten, heard) => {
    await using server = await testServer({ framing });
    server.faults.add({ on: 'write', touching: { offset: 1024, length: 1 }, cut });
    const client = await server.client();
    const before = client.write(SECTOR, 0);
    const struck = client.write(SECTOR, 1024);
    expect(await outcomeOf(struck)).toBe(heard);
    await outcomeOf(before);
    expect(await server.disk.bytes(0, 512)).toEqual(SECTOR);
    expect(await server.disk.bytes(1024, 512)).toEqual(isWritten ? SECTOR : new Uint8Array(512));
    expect(server.connections.open).toBe(0);
  });

  it('a client cannot go on when the magic is garbled', async () => {
    await using server = await testServer({ framing });
    server.faults.add({ on: 'flush', garble: 'magic' });
    const client = await server.client();
    expect(await outcomeOf(client.flush())).toBe('ECONNRESET');
    expect(client.ended).toMatchObject({ code: 'EPROTO' });
  });

  it('a reply with a garbled cookie answers nothing', async () => {
    await using server = await testServer({ framing });
    const garbled = server.faults.add({ on: 'flush', garble: 'cookie' });
    const client = await server.client();
    const flush = outcomeOf(client.flush());
    await garbled.untilHits();
    await outcomeOf(client.read(0, 512));
    server.cut();
    expect(await flush).toBe('ECONNRESET');
  });

  it('an error reply is written down by its name', async () => {
    await using server = await testServer({ framing });
    server.faults.add({ fail: 'ENOSPC' });
    const client = await server.client();
    await expect(client.read(0, 512)).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(client.write(SECTOR, 0, { fua: true })).rejects.toMatchObject({ code: 'ENOSPC' });
    await client.close();
    await server.history.until((history) => history.at(-1)?.command === 'DISC');
    expect(server.history.lines).toEqual([
      '#1 READ 512 at 0 -> ENOSPC',
      '#1 WRITE 512 at 0 FUA -> ENOSPC',
      '#1 DISC',
    ]);
  });

  it('replies leave in the order that was asked for', async () => {
    await using server = await testServer({ framing });
    const client = await server.client();
    for (let i = 0; i < 3; i++) await client.write(new Uint8Array(512).fill(i), i * 512);
    server.faults.add({ on: 'read', reorder: [3, 1, 2] });
    const order: number[] = [];
    const reads = [0, 1, 2].map(async (i) => {
      const bytes = await client.read(i * 512, 512);
      expect(bytes).toEqual(new Uint8Array(512).fill(i));
      order.push(i);
    });
    await Promise.all(reads);
    expect(order).toEqual([2, 0, 1]);
  });

  it('replies that are held leave when they are released, in their own order', async () => {
    await using server = await testServer({ framing });
    const client = await server.client();
    const held = server.faults.add({ on: 'read', reorder: [4, 3, 2, 1] });
    const order: number[] = [];
    const reads = [0, 1].map((i) => client.read(i * 512, 512).then(() => order.push(i)));
    await held.untilHits(2);
    await client.flush();
    await client.flush();
    expect(order).toEqual([]);
    expect(held.waiting).toBe(2);
    held.release();
    await Promise.all(reads);
    expect(order).toEqual([0, 1]);
  });
});

it('replies that are held for a connection that is lost are forgotten', async () => {
  await using server = await testServer();
  const held = server.faults.add({ on: 'read', reorder: [2, 1] });
  const first = await server.client();
  const lost = outcomeOf(first.read(0, 512));
  await first.flush();
  expect(held.waiting).toBe(1);
  server.cut();
  expect(held.waiting).toBe(0);
  expect(await lost).toBe('ECONNRESET');
  expect(server.history.lines).toEqual(['#1 READ 512 at 0 -> lost', '#1 FLUSH -> ok']);
  const client = await server.client();
  const order: number[] = [];
  await Promise.all([0, 1].map((i) => client.read(i, 1).then(() => order.push(i))));
  expect(order).toEqual([1, 0]);
  expect(held.waiting).toBe(0);
});

describe('a connection can be cut after any byte', () => {
  it.each(['server', 'client'] as const)(
    'of the %s, and each time the client hears of it',
    async (from) => {
      let bytes = 0;
      for (let heard = ''; heard !== 'ok'; bytes += 1) {
        await using server = await testServer({ size: 4096 });
        server.cut({ after: { bytes, from } });
        heard = await outcomeOf(writeAndRead(server.uri));
        expect(heard).toMatch(/^(?:ok|ECONNRESET)$/);
      }
      // Greeting or flags, options, and two requests.
      expect(bytes).toBeGreaterThan(150);
    },
    30_000,
  );
});

describe('the server as a whole', () => {
  it('cut cuts all connections, and new ones are welcome', async () => {
    await using server = await testServer();
    const clients = await Promise.all([server.client(), server.client()]);
    expect(server.connections).toEqual({ open: 2, total: 2 });
    server.cut();
    expect(server.connections).toEqual({ open: 0, total: 2 });
    for (const client of clients) {
      await expect(client.read(0, 512)).rejects.toMatchObject({ code: 'ECONNRESET' });
    }
    const next = await server.client();
    expect(await next.read(0, 1)).toEqual(new Uint8Array(1));
  });

  it('frozen it says nothing, not even a greeting, until it thaws', async () => {
    await using server = await testServer();
    const client = await server.client();
    server.freeze();
    let isAnswered = false;
    const read = client.read(0, 512).then((bytes) => {
      isAnswered = true;
      return bytes;
    });
    await expect(server.client({ connectTimeout: 20 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
    expect(isAnswered).toBe(false);
    expect(server.history.length).toBe(0);
    server.thaw();
    expect(await read).toEqual(new Uint8Array(512));
  });
});

describe('a wire refuses', () => {
  it.each<[string, WireFault, string]>([
    ['an order with a gap', { reorder: [1, 3] }, 'reorder'],
    ['an order of nothing', { reorder: [] }, 'reorder'],
    ['a place that is none', { cut: 'somewhere' as CutPlace }, 'cut'],
    ['a field that is none', { garble: 'all' as 'magic' }, 'garble'],
    ['a call that is none', { on: 'wriet' as 'write', cut: 'before the disk' }, 'found wriet'],
    ['a key that is none', { cut: 'before the disk', nht: 2 } as WireFault, 'found nht'],
    [
      'what is of the disk, too',
      { cut: 'before the disk', fail: 'EIO' } as WireFault,
      'one for the disk',
    ],
  ])('%s', async (_what, fault, text) => {
    await using server = await testServer();
    expect(() => server.faults.add(fault)).toThrow(TypeError);
    expect(() => server.faults.add(fault)).toThrow(text);
  });
});

/** "ok", or the code of the error. */
async function outcomeOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return 'ok';
  } catch (error) {
    return error instanceof NbdError ? error.code : String(error);
  }
}

async function writeAndRead(uri: string): Promise<void> {
  const client = await connect(uri);
  await client.write(SECTOR.subarray(0, 16), 0);
  expect(await client.read(0, 16)).toEqual(SECTOR.subarray(0, 16));
  await client.close();
}
