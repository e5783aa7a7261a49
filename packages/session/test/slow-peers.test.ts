/** C-188 over many connections: what all slow peers together leave to us is bounded, and each is served on. */
import { memoryDriver } from '@nbd/driver-memory';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BufferPool, DEFAULT_LIMITS, DEFAULT_MEMORY_LIMITS } from '../src/index.ts';
import { concat, content, read } from './client-bytes.ts';
import { propertyRuns } from './property-runs.ts';
import { recordingDriver } from './recording-driver.ts';
import { type ScriptedService, scriptedEntry } from './scripted-service.ts';
import { simpleReply } from './server-bytes.ts';

const KIB = 1024;
const READ_BYTES = 128 * KIB;
const READS = 16;
const REPLY_BYTES = 16 + READ_BYTES;
/** What a turn may send before it is looked whether the peer is behind, with what goes beyond a class of slabs. */
const TURN_BYTES_MAX = 2 * (READ_BYTES + 64);

const disk = memoryDriver({ size: 2 ** 24 });

/** So many clients that share a pool and take nothing; each has asked for 2 MiB. */
async function slowClients(count: number, pool: BufferPool): Promise<ScriptedService[]> {
  const services: ScriptedService[] = [];
  for (let i = 0; i < count; i++) {
    services.push(await scriptedEntry(disk, { pool, takesAtOnce: false }));
  }
  const all = Array.from({ length: READS }, (_, cookie) =>
    read(cookie * READ_BYTES, READ_BYTES, cookie),
  );
  for (const { channel } of services) channel.receives(...all);
  return services;
}

test('C-188 a lone slow peer has its whole limit, and many together hardly more than what is for all', async () => {
  const own = new BufferPool();
  await slowClients(1, own);
  expect(own.lentBytes).toBeGreaterThan(DEFAULT_LIMITS.unsentBytesMax);

  const pool = new BufferPool();
  const services = await slowClients(48, pool);
  expect(pool.lentBytes).toBeLessThan(
    DEFAULT_MEMORY_LIMITS.allUnsentBytesMax + services.length * TURN_BYTES_MAX,
  );
  // None got nothing because others came first.
  for (const { channel } of services) expect(channel.queuedBytes).toBeGreaterThan(0);
});

test('C-188 a peer that reads on is served on, whatever the others leave', async () => {
  const pool = new BufferPool({ allUnsentBytesMax: 1 });
  const [reader, ...others] = await slowClients(4, pool);
  if (reader === undefined) throw new Error('expected a client');
  let heard = 0;
  for (let takes = 0; heard < READS * REPLY_BYTES; takes++) {
    expect(takes, 'each time it has read all, it is given more').toBeLessThan(READS);
    reader.channel.takeAll();
    heard += reader.channel.heard().length;
  }
  for (const { channel } of others) expect(channel.queuedBytes).toBeGreaterThan(0);
  for (const { channel } of others) channel.closes();
  expect(pool.lentBytes).toBe(0);
});

test('memory that the transport needs no longer is used for the replies that follow, and no reply is changed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 200 * KIB }), { minLength: 1, maxLength: 10 }),
      fc.array(fc.constantFrom(4 * KIB, 60 * KIB, 100 * KIB), {
        minLength: 1,
        maxLength: 30,
      }),
      async (kept, lengths) => {
        const { driver, disk: bytes } = recordingDriver({ size: 2 ** 18 });
        bytes.set(content(2 ** 18));
        const service = await scriptedEntry(driver, { takesAtOnce: false });
        const { channel, pool } = service;
        const reads = lengths.map((length, i) => ({ offset: 97 * i, length, cookie: i }));
        for (const [i, { offset, length, cookie }] of reads.entries()) {
          channel.keptBytes = kept[i % kept.length] ?? 0;
          channel.receives(read(offset, length, cookie), read(offset, length, cookie));
          if (i % 8 === 7) channel.takeAll();
        }
        channel.takeAll();
        const replies = reads.flatMap(({ offset, length, cookie }) => {
          const reply = simpleReply(cookie, bytes.subarray(offset, offset + length));
          return [reply, reply];
        });
        expect(Buffer.compare(channel.heard(), concat(...replies))).toBe(0);
        expect(pool.lentBytes).toBe(0);
      },
    ),
    propertyRuns(60),
  );
});

test('what the transport has taken of a send is not lent any more', async () => {
  const service = await scriptedEntry(disk, { takesAtOnce: false });
  service.channel.keptBytes = 1;
  service.channel.receives(read(0, READ_BYTES, 1), read(READ_BYTES, READ_BYTES, 2));
  expect(service.pool.lentBytes).toBe(READ_BYTES + 64);
  service.channel.takeAll();
  expect(service.pool.lentBytes).toBe(0);
  service.channel.keptBytes = 0;
  service.channel.receives(read(0, READ_BYTES, 1), read(READ_BYTES, READ_BYTES, 2));
  expect(service.pool.lentBytes).toBe(0);
  expect(service.channel.queuedBytes).toBe(2 * REPLY_BYTES);
});
