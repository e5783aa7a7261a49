/** READs that a disk answers with where their bytes lie. Spec: "NBD_CMD_READ". */
import { ErrorCode } from '@nbd/codec';
import { type BatchedRead, type Driver, oneExport } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import type { ReplyMode } from '../src/index.ts';
import { agreement, clientFlags, content, go, requestIn } from './client-bytes.ts';
import { expectEqual, expectSameBytes } from './expectations.ts';
import { contentOf, type ReadReply, readReplies } from './reply-reader.ts';
import { serveScript } from './scripted-service.ts';
import { quiet, servingIn } from './served-conversation.ts';

const KIB = 1024;
const LENDS_FROM = 16 * KIB;
const SIZE = 4 * KIB * KIB;
const CONTENT = content(SIZE, 3);

interface Lending {
  readonly driver: Driver;
  readonly disk: Uint8Array;
  /** Of each read: its range, and how it was answered. */
  readonly reads: string[];
}

/** A disk that answers a read which takes a view as `viewOf` says. */
function lendingDriver(
  viewOf: (disk: Uint8Array, read: BatchedRead) => Uint8Array | undefined = wholeView,
): Lending {
  const disk = CONTENT.slice();
  const reads: string[] = [];
  const driver: Driver = {
    size: SIZE,
    fillsTarget: true,
    read: () => expect.unreachable('it takes batches'),
    readBatch(batch) {
      for (const read of batch) {
        const { target, offset, takesView } = read;
        if (takesView === true) read.view = viewOf(disk, read);
        const isLent = read.view !== undefined;
        if (!isLent) target.set(disk.subarray(offset, offset + target.length));
        reads.push(`${offset}+${target.length} ${isLent ? 'lent' : 'filled'}`);
      }
    },
  };
  return { driver, disk, reads };
}

function wholeView(disk: Uint8Array, { offset, target }: BatchedRead): Uint8Array {
  return disk.subarray(offset, offset + target.length);
}

describe.each(['simple', 'structured', 'extended'] as const)('%s replies', (replyMode) => {
  async function ask(
    { driver }: Lending,
    asked: { readonly offset: number; readonly length: number },
    lendsFrom?: number,
  ): Promise<ReadReply> {
    const talk = await servingIn(driver, {
      replyMode,
      ...(lendsFrom !== undefined && { lendsFrom }),
    });
    talk.client.says(requestIn(replyMode, asked));
    const [reply] = readReplies(await talk.client.heard(), () => asked.length);
    await talk.ends();
    if (reply === undefined) throw new Error('expected a reply');
    return reply;
  }

  test.each([
    ['as short as pays', 1000, LENDS_FROM],
    ['of one piece', 0, 512 * KIB],
    ['of several pieces', LENDS_FROM, 2 * KIB * KIB],
  ])(
    'C-200 C-203 a READ %s leaves from where the disk has its bytes',
    async (_, offset, length) => {
      const lending = lendingDriver();
      const reply = await ask(lending, { offset, length }, LENDS_FROM);
      expectSameBytes(
        contentOf(reply, offset, length),
        lending.disk.subarray(offset, offset + length),
      );
      expect(lending.reads.every((read) => read.endsWith(' lent'))).toBe(true);
    },
  );

  test('a READ that is shorter than pays fills its place', async () => {
    const lending = lendingDriver();
    const length = LENDS_FROM - 1;
    const reply = await ask(lending, { offset: 7, length }, LENDS_FROM);
    expectSameBytes(contentOf(reply, 7, length), lending.disk.subarray(7, 7 + length));
    expect(lending.reads).toEqual([`7+${length} filled`]);
  });

  test('over a channel to which nothing is lent every READ fills its place', async () => {
    const lending = lendingDriver();
    const length = 2 * KIB * KIB;
    const reply = await ask(lending, { offset: 0, length });
    expectSameBytes(contentOf(reply, 0, length), lending.disk.subarray(0, length));
    expect(lending.reads.every((read) => read.endsWith(' filled'))).toBe(true);
  });

  test('a disk that lends no view fills the place', async () => {
    const lending = lendingDriver(() => undefined);
    const reply = await ask(lending, { offset: 0, length: LENDS_FROM }, LENDS_FROM);
    expectSameBytes(contentOf(reply, 0, LENDS_FROM), lending.disk.subarray(0, LENDS_FROM));
  });

  test.each([
    ['shorter', LENDS_FROM, LENDS_FROM - 1],
    ['longer', LENDS_FROM, LENDS_FROM + 1],
    ['shorter, of a piece', 2 * KIB * KIB, LENDS_FROM],
  ])(
    'C-205 C-206 a view that is %s than the READ is EIO, and the driver is told on',
    async (_, length, found) => {
      const lending = lendingDriver((disk) => disk.subarray(0, found));
      const talk = await servingIn(lending.driver, { replyMode, lendsFrom: LENDS_FROM });
      talk.client.says(requestIn(replyMode, { offset: 0, length }));
      const [reply] = readReplies(await talk.client.heard());
      expect(reply?.error).toBe(ErrorCode.EIO);
      expect(talk.failures).toMatchObject([{ isBug: true, offset: 0, length }]);
      await talk.ends();
    },
  );

  test('what a read that failed lends is not sent', async () => {
    const lending = lendingDriver((disk, read) => {
      read.answer = Promise.reject(new Error('it has failed'));
      return wholeView(disk, read);
    });
    const reply = await ask(lending, { offset: 0, length: LENDS_FROM }, LENDS_FROM);
    expect(reply.error).toBe(ErrorCode.EIO);
  });

  test('the channel has the memory of the disk itself, and none of the pool but for heads', async () => {
    const { channel, pool, disk } = await entry(replyMode);
    channel.receives(requestIn(replyMode, { offset: 0, length: 512 * KIB, cookie: 1 }));
    channel.receives(requestIn(replyMode, { offset: 512 * KIB, length: 512 * KIB, cookie: 2 }));
    expect(pool.lentBytes).toBeLessThan(1024 * KIB);
    disk.fill(9); // as a WRITE would that is carried out before the client has read on
    channel.takeAll();
    const replies = readReplies(channel.heard(), () => 512 * KIB);
    expect(replies.map(({ cookie }) => cookie)).toEqual([1n, 2n]);
    for (const reply of replies) {
      expectSameBytes(reply.data[0]?.bytes as Uint8Array, new Uint8Array(512 * KIB).fill(9));
    }
  });

  test('a client that does not read on is given no more for that it is lent', async () => {
    const { channel, lending } = await entry(replyMode);
    for (let cookie = 1; cookie <= 64; cookie++) {
      channel.receives(requestIn(replyMode, { offset: 0, length: 512 * KIB, cookie }));
    }
    await quiet();
    const begun = lending.reads.length;
    expect(begun).toBeLessThan(32);
    channel.takeAll();
    await quiet();
    expect(lending.reads.length).toBeGreaterThan(begun);
  });
});

async function entry(replyMode: ReplyMode) {
  const lending = lendingDriver();
  const service = serveScript(oneExport({ driver: lending.driver, name: 'disk' }), {
    takesAtOnce: false,
  });
  const { channel, served, pool } = service;
  channel.lendsFrom = LENDS_FROM;
  channel.receives(clientFlags(3), agreement(replyMode, 'disk'), go('disk'));
  await quiet();
  channel.takeAll();
  channel.heard();
  expectEqual(served.phase, 'transmission');
  return { channel, pool, lending, disk: lending.disk };
}
