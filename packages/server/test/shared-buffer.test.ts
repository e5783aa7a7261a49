/** Connections share one buffer to read into, and never see each other's bytes in it. */
import { Command, type ErrorCode } from '@nbd/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryDriver } from '@nbd/driver-memory';
import {
  clientFlags,
  concat,
  content,
  disconnect,
  go,
  read,
  request,
  write,
} from './client-bytes.ts';
import { HeldDisk } from './held-disk.ts';
import { READS, serving } from './serving.ts';
import { dial, enter, firstAddress } from './socket-client.ts';

/** As long as the shared buffer: a write of this fills it. */
const BUFFER_BYTES = 256 * 1024;
const OK: ErrorCode = 0;

/** The whole visit of the client of this number. */
function script(i: number): Uint8Array {
  return concat(
    clientFlags(),
    go('disk'),
    write(i * 4096, content(4096, i), 1),
    read(i * 4096, 4096, 2),
    request({ type: Command.FLUSH, cookie: 3 }),
    disconnect(),
  );
}

describe.each(READS)('reads: %s', (reads) => {
  test('a payload that a slow disk keeps is not overwritten by what others send', async () => {
    const slow = new HeldDisk();
    const fast = memoryDriver({ size: 2 ** 20 });
    const server = await serving({ reads, exports: { slow, fast } });
    const writers = [await enter(server, 'slow'), await enter(server, 'slow')];
    const others = [await enter(server, 'fast'), await enter(server, 'fast')];
    writers.forEach((client, i) => client.says(write(i * 65_536, content(65_536, i), i)));
    await slow.holds(2);
    for (const [i, other] of others.entries()) {
      other.says(write(0, new Uint8Array(BUFFER_BYTES).fill(0xdb), i));
      expect(await other.hearsReply()).toMatchObject({ error: OK });
    }
    slow.letGo();
    for (const client of writers) expect(await client.hearsReply()).toMatchObject({ error: OK });
    const expected = concat(content(65_536, 0), content(65_536, 1));
    expect(Buffer.compare(slow.bytes.subarray(0, 131_072), expected)).toBe(0);
  });

  test('a disk that takes its payload at once gets the right one, also when it answers later', async () => {
    const { bytes, ...disk } = copyingDisk();
    const server = await serving({ reads, exports: { disk } });
    const clients = await Promise.all(Array.from({ length: 8 }, () => enter(server)));
    clients.forEach((client, i) => client.says(write(i * 8192, content(8192, i), i)));
    for (const [i, client] of clients.entries()) {
      expect(await client.hearsReply()).toMatchObject({ error: OK, cookie: i });
      expect(Buffer.compare(bytes.subarray(i * 8192, (i + 1) * 8192), content(8192, i))).toBe(0);
    }
  });

  test('C-003 C-292 messages that are cut anywhere and sent in turns by several clients arrive as they were', async () => {
    const server = await serving({ reads });
    const clients = 3;
    const lone = await dial(firstAddress(server));
    lone.says(script(0));
    const { length } = await lone.hearsRest();

    const cuts = fc.array(fc.integer({ min: 0, max: script(0).length }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const talkers = await Promise.all(
          Array.from({ length: clients }, () => dial(firstAddress(server))),
        );
        const borders = [0, ...at.toSorted((a, b) => a - b), script(0).length];
        for (let piece = 1; piece < borders.length; piece++) {
          const from = borders[piece - 1];
          for (const [i, client] of talkers.entries()) {
            await client.saysAll(script(i).subarray(from, borders[piece]));
          }
        }
        for (const [i, client] of talkers.entries()) {
          const heard = await client.hearsRest();
          expect(heard).toHaveLength(length);
          const data = heard.subarray(length - 16 - 4096, length - 16);
          expect(Buffer.compare(data, content(4096, i))).toBe(0);
        }
      }),
      { numRuns: 25 },
    );
  });
});

/** A disk that copies its payload before `write` returns, and answers a few turns later. */
function copyingDisk() {
  const bytes = new Uint8Array(65_536);
  return {
    bytes,
    size: bytes.length,
    retainsSource: false as const,
    read(target: Uint8Array, offset: number): void {
      target.set(bytes.subarray(offset, offset + target.length));
    },
    async write(source: Uint8Array, offset: number): Promise<void> {
      bytes.set(source, offset);
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    },
  };
}
