/** The client and our own server: extended headers, extents, resize, errors of drivers. */
import { DriverError, type Driver } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { serve } from '@nbd/server';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { type Client, connect, type ConnectOptions, type Extent } from '../src/index.ts';
import { reachedByWay } from './reached-by-way.ts';

const MIB = 2 ** 20;

async function clientOf(driver: Driver, options: ConnectOptions = {}): Promise<Client> {
  const { listen, tls, credentials } = reachedByWay();
  const server = await serve({ listen, exports: { disk: driver }, ...(tls && { tls }) });
  const client = await connect(server.uris[0] as string, { ...options, credentials });
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return client;
}

async function gather(extents: AsyncIterable<Extent>): Promise<Extent[]> {
  const all: Extent[] = [];
  for await (const extent of extents) all.push(extent);
  return all;
}

it.each(['simple', 'structured', 'extended'] as const)(
  'any changes leave the bytes of a model, with %s framing (K-020, K-025, K-033)',
  async (framing) => {
    const size = 4096;
    const client = await clientOf(memoryDriver({ size }), { framing, requestsMax: 4 });
    expect(client.info.framing).toBe(framing);
    const model = new Uint8Array(size);
    const range = fc
      .tuple(fc.nat({ max: size }), fc.nat({ max: size }))
      .map(([a, b]) => ({ offset: Math.min(a, b), length: Math.abs(a - b) }));
    const change = fc.record({
      kind: fc.constantFrom('write', 'zero', 'read'),
      range,
      byte: fc.nat({ max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 8 }), async (changes) => {
        for (const {
          kind,
          range: { offset, length },
          byte,
        } of changes) {
          if (kind === 'write') await client.write(new Uint8Array(length).fill(byte), offset);
          if (kind === 'zero') await client.zero(offset, length);
          if (kind !== 'read') model.fill(kind === 'write' ? byte : 0, offset, offset + length);
          const read = await client.read(offset, length);
          expect(Buffer.compare(read, model.subarray(offset, offset + length))).toBe(0);
        }
        await client.flush();
        expect(Buffer.compare(await client.read(0, size), model)).toBe(0);
      }),
      { numRuns: 30 },
    );
  },
);

it('64-bit lengths go as one request where the server has them (K-009)', async () => {
  const lengths: number[] = [];
  const disk = memoryDriver({ size: 2 ** 40 });
  const client = await clientOf({
    size: disk.size,
    read: (target, offset) => disk.read(target, offset),
    write: (source, offset, options) => disk.write?.(source, offset, options),
    zero: (_, length) => {
      lengths.push(length);
    },
    extents: (offset, length) => {
      lengths.push(length);
      return [{ length, hole: offset < MIB, zero: true }];
    },
  });
  await client.zero(0, 2 ** 40);
  expect(await gather(client.extents())).toEqual([
    { offset: 0, length: 2 ** 40, flags: 3, hole: true, zero: true },
  ]);
  expect(lengths).toEqual([2 ** 40, 2 ** 40]);
});

it('a walk stops asking when its reader stops', async () => {
  let asked = 0;
  const client = await clientOf({
    size: 64 * MIB,
    read: (target) => void target.fill(0),
    *extents(offset) {
      asked++;
      yield { length: MIB, hole: (offset / MIB) % 2 === 0, zero: true };
    },
  });
  const walk = client.extents();
  await walk.next();
  await walk.return?.();
  expect(asked).toBe(2);
  expect(await gather(client.extents({ offset: 3 * MIB, length: 2 * MIB }))).toEqual([
    { offset: 3 * MIB, length: MIB, flags: 2, hole: false, zero: true },
    { offset: 4 * MIB, length: MIB, flags: 3, hole: true, zero: true },
  ]);
});

it('the errors of a disk come with their code and words, and harm nobody (K-031, K-032)', async () => {
  const client = await clientOf({
    size: MIB,
    read: (target, offset) => {
      if (offset >= 4096) throw new DriverError('ENOSPC', 'the shelf is full');
      target.fill(1);
    },
  });
  await expect(client.read(8192, 512)).rejects.toMatchObject({
    name: 'NbdError',
    code: 'ENOSPC',
    offset: 8192,
  });
  expect(await client.read(0, 2)).toEqual(new Uint8Array([1, 1]));
});

it.each([
  { offset: MIB + 1 },
  { offset: 0, length: -1 },
  { offset: -1, length: 0 },
  { offset: Number.NaN },
  { offset: MIB, length: 1 },
])('the extents of a range that cannot be, %o, are a RangeError', async (range) => {
  const client = await clientOf(memoryDriver({ size: MIB }));
  await expect(client.extents(range).next()).rejects.toThrow(RangeError);
  expect(await gather(client.extents({ offset: MIB }))).toEqual([]);
});

it('the extents of an export that ends within a block are those of its whole blocks', async () => {
  const client = await clientOf({
    size: 3 * 512 + 100,
    blockSize: { minimum: 512, preferred: 512, payloadMax: MIB },
    read: (target) => void target.fill(0),
  });
  expect(await gather(client.extents())).toEqual([
    { offset: 0, length: 1536, flags: 0, hole: false, zero: false },
  ]);
  expect(await gather(client.extents({ offset: 512 }))).toMatchObject([
    { offset: 512, length: 1024 },
  ]);
});

it('a resized export is read to its new end', async () => {
  const client = await clientOf(memoryDriver({ size: MIB }), { connections: 2 });
  await client.resize(2 * MIB);
  expect(client.size).toBe(2 * MIB);
  await client.write(new Uint8Array([1]), 2 * MIB - 1);
  const reads = [0, 1, 2, 3].map(() => client.read(2 * MIB - 1, 1));
  expect(await Promise.all(reads)).toEqual(reads.map(() => new Uint8Array([1])));
  await client.resize(MIB);
  await expect(client.read(MIB, 1)).rejects.toThrow(RangeError);
});

it('list asks the same server', async () => {
  const client = await clientOf(memoryDriver({ size: MIB }));
  expect(await client.list()).toEqual([{ name: 'disk' }]);
});
