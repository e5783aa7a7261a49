/** Our client and nbdkit. */
import { connect, info, list, type Extent } from '@nbd/client';
import { describe, expect, it } from 'vitest';
import { nbdkit } from '../../src/foreign-server.ts';
import { needTools } from '../../src/tools.ts';

needTools('nbdkit');

const MIB = 2 ** 20;
const GIB = 2 ** 30;

async function gather(extents: AsyncIterable<Extent>): Promise<Extent[]> {
  const all: Extent[] = [];
  for await (const extent of extents) all.push(extent);
  return all;
}

describe('a memory disk', () => {
  it('is entered with structured replies, since nbdkit has no extended headers (K-009)', async () => {
    const server = await nbdkit(['memory', '1G']);
    const client = await connect(server.uri('any'), { connections: 3 });
    expect(client.info).toMatchObject({
      size: 2 ** 30,
      framing: 'structured',
      contexts: ['base:allocation'],
      can: { write: true, flush: true, fua: true, trim: true, zero: true, multiConn: true },
    });
    expect(client.info.tls).toBeUndefined();
    await expect.poll(() => client.connections).toBe(3);
    await client.close();
  });

  it('reads what was written, zeroed and trimmed, and knows its extents (K-020, K-029, K-033)', async () => {
    const server = await nbdkit(['memory', '1G']);
    const client = await connect(server.uri(), { connections: 2 });
    const source = Uint8Array.from({ length: 40 * MIB }, (_, i) => (i * 7) % 253);
    await client.write(source, 3 * MIB);
    await client.flush();
    expect(Buffer.from(await client.read(3 * MIB, source.length)).equals(source)).toBe(true);
    await client.zero(10 * MIB, 4 * MIB, { fua: true });
    await client.trim(20 * MIB, 2 * MIB);
    expect(await client.read(10 * MIB, 8)).toEqual(new Uint8Array(8));
    expect(
      (await gather(client.extents())).map(({ offset, length, flags }) => [
        offset / MIB,
        length / MIB,
        flags,
      ]),
    ).toEqual([
      [0, 3, 3],
      [3, 7, 0],
      [10, 4, 3],
      [14, 6, 0],
      [20, 2, 3],
      [22, 21, 0],
      [43, 981, 3],
    ]);
    await client.close();
  });

  it('of 100 GiB is walked and zeroed in requests of less than 4 GiB', async () => {
    const server = await nbdkit(['memory', '100G']);
    const client = await connect(server.uri());
    await client.write(new Uint8Array(512).fill(1), 60 * GIB);
    const before = await gather(client.extents());
    expect(before.map(({ hole }) => hole)).toEqual([true, false, true]);
    await client.zero(GIB, 90 * GIB);
    expect(await gather(client.extents())).toEqual([
      { offset: 0, length: 100 * GIB, flags: 3, hole: true, zero: true },
    ]);
    await client.close();
  });
});

it('list and info tell what nbdkit tells', async () => {
  const server = await nbdkit(['memory', '1M'], ['-e', 'here', '--filter=exportname', '-r']);
  expect(await list(server.uri())).toEqual([{ name: '' }]);
  expect(await info(server.uri())).toMatchObject({
    size: MIB,
    can: { write: false, trim: false },
    contexts: ['base:allocation'],
  });
});

it('block sizes are obeyed: what does not fit is not sent (K-018)', async () => {
  const server = await nbdkit([
    '--filter=blocksize-policy',
    'memory',
    '1M',
    'blocksize-minimum=4096',
    'blocksize-preferred=65536',
    'blocksize-maximum=131072',
    'blocksize-error-policy=error',
  ]);
  const client = await connect(server.uri());
  expect(client.info.blockSize).toEqual({ minimum: 4096, preferred: 65_536, payloadMax: 131_072 });
  await expect(client.read(512, 4096)).rejects.toThrow(RangeError);
  const source = new Uint8Array(MIB).fill(5);
  await client.write(source, 0);
  expect(Buffer.from(await client.read(0, MIB)).equals(source)).toBe(true);
  await client.close();
});

it('requests that fail do so alone, with their own code (K-031, K-032)', async () => {
  const server = await nbdkit([
    '--filter=error',
    'memory',
    '1M',
    'error-pread=ENOSPC',
    'error-pread-rate=50%',
  ]);
  const client = await connect(server.uri());
  const reads = Array.from({ length: 200 }, (_, i) => client.read(i * 512, 512));
  const outcomes = await Promise.allSettled(reads);
  const failed = outcomes.filter(({ status }) => status === 'rejected');
  expect(failed.length).toBeGreaterThan(20);
  expect(failed.length).toBeLessThan(180);
  const codes = failed.map((outcome) => (outcome as { reason: { code: string } }).reason.code);
  expect(new Set(codes)).toEqual(new Set(['ENOSPC']));
  await client.write(new Uint8Array(512), 0);
  await client.close();
});

it('a slow request does not hold up a quick one behind it (K-020)', async () => {
  const server = await nbdkit(['--filter=delay', 'memory', '1M', 'delay-write=300ms']);
  const client = await connect(server.uri());
  const order: string[] = [];
  const write = client.write(new Uint8Array(512), 0).then(() => order.push('write'));
  const read = client.read(4096, 512).then(() => order.push('read'));
  await Promise.all([write, read]);
  expect(order).toEqual(['read', 'write']);
  await client.close();
});

it('a server that is killed fails all that was in flight (K-032, K-035)', async () => {
  const server = await nbdkit(['--filter=delay', 'memory', '1M', 'delay-read=10']);
  const client = await connect(server.uri(), { connections: 2 });
  await expect.poll(() => client.connections).toBe(2);
  const reads = Array.from({ length: 8 }, (_, i) => client.read(i * 512, 512));
  const outcomes = Promise.allSettled(reads);
  await server.kill();
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ECONNRESET' } });
  }
  await client.close();
});
