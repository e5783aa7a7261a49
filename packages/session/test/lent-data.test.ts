/** READs that a disk answers with where their bytes lie. Spec: "NBD_CMD_READ". */
import { ErrorCode } from '@nbd/codec';
import { type BatchedRead, type Driver, DriverError, oneExport } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { type ReplyMode, UsageError } from '../src/index.ts';
import { AutomaticHost } from './automatic-host.ts';
import { agreement, clientFlags, concat, content, go, requestIn } from './client-bytes.ts';
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
    lendsViews: true,
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

  test('a disk that does not say that it lends has no read that takes a view', async () => {
    const lending = lendingDriver();
    const { lendsViews: _, ...driver } = lending.driver;
    const reply = await ask({ ...lending, driver }, { offset: 0, length: LENDS_FROM }, LENDS_FROM);
    expectSameBytes(contentOf(reply, 0, LENDS_FROM), lending.disk.subarray(0, LENDS_FROM));
    expect(lending.reads).toEqual([`0+${LENDS_FROM} filled`]);
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

  const breaches: readonly (readonly [string, (disk: Uint8Array, read: BatchedRead) => void])[] = [
    ['nothing', (_, read) => Object.assign(read, { view: null })],
    ['no bytes', (_, read) => Object.assign(read, { view: { length: LENDS_FROM } })],
    [
      'the target itself',
      (_, read) => {
        read.view = read.target;
      },
    ],
    [
      'a view beside a promise',
      (disk, read) => {
        read.answer = Promise.resolve();
        read.view = wholeView(disk, read);
      },
    ],
    [
      'a view beside what is no promise',
      (disk, read) => {
        Object.assign(read, { answer: 5, view: wholeView(disk, read) });
      },
    ],
  ];

  async function expectBug(
    breach: (disk: Uint8Array, read: BatchedRead) => void,
    lendsFrom: number,
  ): Promise<void> {
    const lends: Partial<Driver> = {
      readBatch(reads) {
        for (const read of reads) breach(CONTENT, read);
      },
    };
    const driver = { ...lendingDriver().driver, ...lends };
    const talk = await servingIn(driver, { replyMode, lendsFrom });
    talk.client.says(requestIn(replyMode, { offset: 0, length: LENDS_FROM }));
    const [reply] = readReplies(await talk.client.heard());
    expect(reply?.error).toBe(ErrorCode.EIO);
    expect(talk.failures).toMatchObject([{ isBug: true }]);
    await talk.ends();
  }

  test.each(breaches)(
    'C-202 a read that is answered with %s is EIO, and the driver is told on',
    async (_, breach) => {
      await expectBug(breach, LENDS_FROM);
      expect.hasAssertions();
    },
  );

  test('so is a view where none is taken', async () => {
    await expectBug((disk, read) => {
      read.view = wholeView(disk, read);
    }, Infinity);
    expect.hasAssertions();
  });

  test('what reads lend that have failed is not sent', async () => {
    const lending = lendingDriver((disk, read) => {
      read.answer = Promise.reject(new DriverError('ENOSPC', 'it has failed'));
      return wholeView(disk, read);
    });
    const reply = await ask(lending, { offset: 0, length: LENDS_FROM }, LENDS_FROM);
    expect(reply.error).toBe(ErrorCode.ENOSPC);
  });

  test('nor is what they lend whose batch throws', async () => {
    const lending = lendingDriver();
    const readBatch = (reads: readonly BatchedRead[]) => {
      lending.driver.readBatch?.(reads);
      throw new DriverError('ENOSPC', 'it has failed');
    };
    const driver = { ...lending.driver, readBatch };
    const reply = await ask({ ...lending, driver }, { offset: 0, length: LENDS_FROM }, LENDS_FROM);
    expect(reply.error).toBe(ErrorCode.ENOSPC);
  });

  test.each([LENDS_FROM, 64 * KIB, 512 * KIB])(
    'of READs of %i the channel has the memory of the disk itself, and of the pool no more than heads',
    async (length) => {
      const { channel, pool, disk } = await entry(replyMode);
      const count = 2 ** 20 / length;
      for (let i = 0; i < count; i++) {
        channel.receives(requestIn(replyMode, { offset: i * length, length, cookie: i + 1 }));
      }
      // One slab for all heads, whatever their number.
      expect(pool.lentBytes).toBeLessThan(520 * KIB);
      disk.fill(9); // as a WRITE would that is carried out before the client has read on
      channel.takeAll();
      const replies = readReplies(channel.heard(), () => length);
      expect(replies).toHaveLength(count);
      const nines = new Uint8Array(length).fill(9);
      for (const { data } of replies) expectSameBytes(data[0]?.bytes as Uint8Array, nines);
    },
  );

  test('a client that does not read on is given no more for that it is lent', async () => {
    const { channel, lending } = await entry(replyMode);
    const asked = { offset: 0, length: 512 * KIB };
    channel.receives(
      ...Array.from({ length: 64 }, (_, i) => requestIn(replyMode, { ...asked, cookie: i + 1 })),
    );
    await quiet();
    const begun = lending.reads.length;
    expect(begun).toBeLessThan(32);
    expect(channel.queuedBytes).toBeLessThan(2 ** 21);
    channel.takeAll();
    await quiet();
    expect(lending.reads.length).toBeGreaterThan(begun);
  });
});

test('the host is told of data that is longer or shorter than what was asked for', () => {
  const host = new AutomaticHost({ answersAtOnce: () => false });
  host.receives(concat(clientFlags(3), go()));
  host.receives(requestIn('simple', { length: 100 }));
  const [request] = host.lent;
  if (request === undefined) throw new Error('expected a request');
  host.session.reserveData(request);
  for (const length of [99, 101]) {
    expect(() => host.session.lendData(request, new Uint8Array(length))).toThrow(UsageError);
  }
  host.session.lendData(request, content(100));
  host.session.finish(request);
  expect(() => host.session.lendData(request, content(100))).toThrow(UsageError);
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
