/** How much a client may have done before others have their turn. */
import { Command } from '@nbd/codec';
import { type Driver, dataExtent, type Extent, holeExtent, oneExport } from '@nbd/driver';
import { expect, test } from 'vitest';
import { BufferPool, serveChannel } from '../src/index.ts';
import { agreement, clientFlags, go, requestIn } from './client-bytes.ts';
import { expectSameBytes } from './expectations.ts';
import { contentOf, readReplies } from './reply-reader.ts';
import { ScriptedChannel } from './scripted-channel.ts';
import { CONTEXT, quiet } from './served-conversation.ts';

const MIB = 2 ** 20;
const RUN = 512;
/** Of a long READ this much is read at a time, or a little more. */
const PIECE_BYTES = 512 * 1024;

/** A channel whose loop goes round when a test says so. */
class LoopChannel extends ScriptedChannel {
  #tasks: (() => void)[] = [];

  override defer(task: () => void): void {
    this.#tasks.push(task);
  }

  /** Once round the loop; false: there was nothing to do. */
  async goesRound(): Promise<boolean> {
    const tasks = this.#tasks.splice(0);
    for (const task of tasks) task();
    await quiet();
    return tasks.length > 0;
  }
}

/** The channel of a client that takes whatever it is sent at once. */
class GreedyChannel extends LoopChannel {
  override send(): boolean {
    return true;
  }
}

/** A disk that tells very short extents, and counts them. */
class Fragmented {
  told = 0;

  readonly driver: Driver = {
    size: 2 ** 30,
    read: (target) => void target.fill(7),
    write: () => undefined,
    extents: (_offset, length) => this.#tell(length),
  };

  *#tell(length: number): Generator<Extent> {
    for (let at = 0; at < length; at += RUN) {
      this.told++;
      yield at % (2 * RUN) === 0 ? holeExtent(RUN) : dataExtent(RUN);
    }
  }
}

async function entry(
  driver: Driver,
  channel: LoopChannel = new LoopChannel(),
  pool: BufferPool = new BufferPool(),
): Promise<LoopChannel> {
  const contexts = ['base:allocation'];
  serveChannel(channel, { exports: oneExport({ driver }), context: CONTEXT, pool });
  channel.receives(clientFlags(3), agreement('structured', '', ...contexts), go());
  await quiet();
  channel.heard();
  return channel;
}

test('many long READs of very many extents take turns with others', async () => {
  const disk = new Fragmented();
  const channel = await entry(disk.driver);
  const requests = Array.from({ length: 8 }, (_, cookie) =>
    requestIn('structured', { length: 4 * MIB, cookie }),
  );
  channel.receives(...requests);
  await quiet();
  let most = disk.told;
  for (let before = disk.told; await channel.goesRound(); before = disk.told) {
    most = Math.max(most, disk.told - before);
  }
  expect(most).toBeLessThanOrEqual(4096);
  const replies = readReplies(channel.heard());
  expect(replies).toHaveLength(8);
  for (const reply of replies) {
    expectSameBytes(contentOf(reply, 0, 4 * MIB), new Uint8Array(4 * MIB).fill(7));
  }
});

test('many BLOCK_STATUSes of very many extents take turns with others, and with each other', async () => {
  const disk = new Fragmented();
  const channel = await entry(disk.driver);
  const requests = Array.from({ length: 16 }, (_, cookie) =>
    requestIn('structured', { type: Command.BLOCK_STATUS, length: 8 * MIB, cookie }),
  );
  channel.receives(...requests);
  await quiet();
  let most = disk.told;
  for (let before = disk.told; await channel.goesRound(); before = disk.told) {
    most = Math.max(most, disk.told - before);
  }
  expect(most).toBeLessThanOrEqual(2 * 4096 + 16);
  expect(readReplies(channel.heard())).toHaveLength(16);
});

test.each([1, 2, 8, 64])(
  'beside %i clients with 128 requests of 32 MiB in flight, one that reads 4 KiB at a time waits for one round of 8 MiB, and a piece of each',
  async (count) => {
    let bytes = 0;
    const driver: Driver = {
      size: 2 ** 40,
      fillsTarget: true,
      read: ({ length }) => {
        bytes += length;
      },
    };
    const pool = new BufferPool();
    const reader = await entry(driver, new LoopChannel(), pool);
    const greedy: LoopChannel[] = [];
    for (let i = 0; i < count; i++) greedy.push(await entry(driver, new GreedyChannel(), pool));
    const requests = Array.from({ length: 128 }, (_, cookie) =>
      requestIn('structured', { offset: cookie * 32 * MIB, length: 32 * MIB, cookie }),
    );
    for (const channel of greedy) channel.receives(...requests);
    const served: number[] = [];
    for (let round = 0; round < 12; round++) {
      const before = bytes;
      for (const channel of greedy) expect(await channel.goesRound()).toBe(true);
      served.push(bytes - before);
      reader.receives(requestIn('structured', { length: 4096, cookie: round }));
      expect(readReplies(reader.heard())).toMatchObject([{ cookie: BigInt(round), error: 0 }]);
    }
    // In the first round they do not know of each other yet.
    const most = Math.max(...served.slice(1));
    expect(most).toBeLessThanOrEqual(8 * MIB + count * PIECE_BYTES);
    expect(most).toBeGreaterThan(0);
    for (const channel of greedy) channel.closes();
  },
);
