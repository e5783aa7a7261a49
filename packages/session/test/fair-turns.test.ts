/** How much a client may have done before others have their turn. */
import { Command } from '@nbd/codec';
import { type Driver, dataExtent, type Extent, holeExtent, oneExport } from '@nbd/driver';
import { expect, test } from 'vitest';
import { serveChannel } from '../src/index.ts';
import { agreement, clientFlags, go, requestIn } from './client-bytes.ts';
import { expectSameBytes } from './expectations.ts';
import { contentOf, readReplies } from './reply-reader.ts';
import { ScriptedChannel } from './scripted-channel.ts';
import { CONTEXT, quiet } from './served-conversation.ts';

const MIB = 2 ** 20;
const RUN = 512;

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

async function entry(driver: Driver): Promise<LoopChannel> {
  const channel = new LoopChannel();
  const contexts = ['base:allocation'];
  serveChannel(channel, { exports: oneExport({ driver }), context: CONTEXT });
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
