/** WRITEs that arrive together, and a disk that takes them so. */
import { Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { DriverError } from '@nbd/driver';
import { expect, test } from 'vitest';
import { batchingDriver } from './batching-driver.ts';
import { concat, content, read, request, write } from './client-bytes.ts';
import { unsettled } from './counting-source.ts';
import { recordingDriver } from './recording-driver.ts';
import { scriptedEntry } from './scripted-service.ts';
import { quiet, serving } from './served-conversation.ts';
import { errorReply, simpleReply } from './server-bytes.ts';

const { EIO, ENOSPC } = ErrorCode;
const FUA = CommandFlag.FUA;

test('C-224 writes that arrive together reach the disk in one call, and each is answered', async () => {
  const { driver, disk, batches } = batchingDriver();
  const talk = await serving(driver);
  talk.client.says(
    write(0, content(4, 1), { cookie: 1 }),
    write(100, content(5, 2), { cookie: 2 }),
    write(4, content(6, 3), { cookie: 3 }),
  );
  await talk.client.hears(simpleReply(1), simpleReply(2), simpleReply(3));
  expect(batches).toEqual([['0+4', '100+5', '4+6']]);
  expect(disk.subarray(0, 10)).toEqual(concat(content(4, 1), content(6, 3)));
  expect(disk.subarray(100, 105)).toEqual(content(5, 2));
  expect(talk.tally.bytesWritten).toBe(15);
  await talk.ends();
});

test('what is gathered goes to the disk before anything of another kind that came after it', async () => {
  const { driver, calls } = batchingDriver({
    readBatch: (reads) => void calls.push(`reads of ${reads.length}`),
  });
  const talk = await serving(driver);
  const { FLUSH, TRIM, WRITE_ZEROES, CACHE, RESIZE } = Command;
  talk.client.says(
    write(0, content(4)),
    write(4, content(4)),
    read(0, 8),
    read(8, 8),
    write(8, content(4)),
    ...[FLUSH, TRIM, WRITE_ZEROES, CACHE].flatMap((type) => [
      request({ type, length: type === FLUSH ? 0 : 4 }),
      write(0, content(4)),
    ]),
    request({ type: RESIZE, offset: 65_536 }),
    read(0, 8),
    write(0, content(4)),
  );
  await talk.client.heard();
  expect(calls).toEqual([
    'writes of 2',
    'reads of 2',
    'writes of 1',
    'flush',
    'writes of 1',
    'trim 0+4',
    'writes of 1',
    'zero 0+4 mayTrim',
    'writes of 1',
    'cache 0+4',
    'writes of 1',
    'resize 65536',
    'reads of 1',
    'writes of 1',
  ]);
  await talk.ends();
});

test('a batch goes to the disk when it has 256 KiB, or when no more requests may be in flight', async () => {
  const { driver, batches } = batchingDriver();
  const talk = await serving(driver, { limits: { inFlightMax: 5 } });
  talk.client.says(
    write(0, content(60_000)),
    ...Array.from({ length: 11 }, (_, i) => write(i, content(1))),
    ...Array.from({ length: 7 }, () => write(0, content(65_536))),
  );
  const heard = await talk.client.heard();
  expect(heard).toHaveLength(19 * simpleReply(1).length);
  expect(batches.map(({ length }) => length)).toEqual([5, 5, 5, 4]);
  await talk.ends();
});

test('writes of less than 256 KiB together are one batch, and a large one is not held up', async () => {
  const { driver, batches } = batchingDriver();
  const talk = await serving(driver);
  talk.client.says(...Array.from({ length: 9 }, () => write(0, content(65_536))));
  expect(await talk.client.heard()).toHaveLength(9 * simpleReply(1).length);
  expect(batches.map(({ length }) => length)).toEqual([4, 4, 1]);
  await talk.ends();
});

test('a disk with a limit is given single writes', async () => {
  const { driver, calls } = recordingDriver({
    facts: { concurrency: 1, writeBatch: () => expect.unreachable('it has a limit') },
  });
  const talk = await serving(driver);
  talk.client.says(write(0, content(4)), write(4, content(4)));
  expect(await talk.client.heard()).toHaveLength(32);
  expect(calls).toEqual(['write 0+4', 'write 4+4']);
  await talk.ends();
});

test('C-190 C-172 each write of a batch is answered on its own, when the disk does', async () => {
  const gate = unsettled();
  const { driver, disk } = batchingDriver({}, ({ offset }, put) => {
    if (offset === 0) return Promise.reject(new DriverError('ENOSPC', 'no room'));
    if (offset === 10) return gate.promise.then(put);
    return put();
  });
  const talk = await serving(driver);
  talk.client.says(
    write(0, content(10), { cookie: 1 }),
    write(10, content(10), { cookie: 2 }),
    write(20, content(10), { cookie: 3 }),
  );
  await talk.client.hears(simpleReply(3), errorReply(1, ENOSPC));
  expect(talk.failures).toMatchObject([{ code: ENOSPC, isBug: false, offset: 0, length: 10 }]);
  gate.resolve();
  await talk.client.hears(simpleReply(2));
  expect(disk.subarray(10, 30)).toEqual(concat(content(10), content(10)));
  expect(talk.tally.bytesWritten).toBe(20);
  await talk.ends();
});

test('C-190 a batch that throws fails each of its writes, leaves no rejection unheard, and the connection lives', async () => {
  let failing = true;
  const { driver } = batchingDriver({
    writeBatch(writes) {
      if (!failing) return;
      for (const one of writes.slice(1)) one.answer = Promise.reject(new DriverError('EIO', 'bad'));
      throw new Error('a bug');
    },
  });
  const talk = await serving(driver);
  talk.client.says(write(0, content(4), { cookie: 1 }), write(4, content(4), { cookie: 2 }));
  await talk.client.hears(errorReply(1, EIO), errorReply(2, EIO));
  expect(talk.failures.map(({ isBug }) => isBug)).toEqual([true, true]);
  failing = false;
  talk.client.says(write(0, content(4), { cookie: 3 }));
  await talk.client.hears(simpleReply(3));
  await talk.ends();
});

test('C-191 C-224 a flush follows the FUA writes of a batch: one for those that are written at once, one for each other', async () => {
  const gate = unsettled();
  const { driver, batches, calls } = batchingDriver({}, ({ offset }, put) =>
    offset >= 100 ? gate.promise.then(put) : put(),
  );
  const talk = await serving(driver);
  talk.client.says(
    write(0, content(4), { cookie: 1, flags: FUA }),
    write(100, content(4), { cookie: 2, flags: FUA }),
    write(8, content(4), { cookie: 3 }),
    write(4, content(4), { cookie: 4, flags: FUA }),
    write(104, content(4), { cookie: 5, flags: FUA }),
  );
  await talk.client.hears(simpleReply(1), simpleReply(3), simpleReply(4));
  expect(calls).toEqual(['writes of 5', 'flush']);
  expect(batches.flat().join()).not.toContain('fua');
  gate.resolve();
  await talk.client.hears(simpleReply(2), simpleReply(5));
  expect(calls).toEqual(['writes of 5', 'flush', 'flush', 'flush']);
  await talk.ends();
});

const lost = new DriverError('EIO', 'lost');
const flushes: readonly (readonly [string, () => Promise<void>])[] = [
  [
    'throws',
    () => {
      throw lost;
    },
  ],
  ['rejects', () => Promise.reject(lost)],
];

test.each(flushes)(
  'C-191 a flush that %s fails the FUA writes of its batch, and no others',
  async (_, flush) => {
    const talk = await serving(batchingDriver({ flush }).driver);
    talk.client.says(
      write(0, content(4), { cookie: 1, flags: FUA }),
      write(4, content(4), { cookie: 2 }),
      write(8, content(4), { cookie: 3, flags: FUA }),
    );
    await talk.client.hears(simpleReply(2), errorReply(1, EIO), errorReply(3, EIO));
    await talk.ends();
  },
);

test('C-191 a disk with FUA of its own is told which writes are to last', async () => {
  const { driver, batches, calls } = batchingDriver({ fua: 'native' });
  const talk = await serving(driver);
  talk.client.says(
    write(0, content(4), { cookie: 1, flags: FUA }),
    write(4, content(4), { cookie: 2 }),
  );
  await talk.client.hears(simpleReply(1), simpleReply(2));
  expect(batches).toEqual([['0+4 fua', '4+4']]);
  expect(calls).toEqual(['writes of 2']);
  await talk.ends();
});

const PAYLOADS = [content(300, 5), content(200, 77)] as const;
const TWO = concat(write(0, PAYLOADS[0], { cookie: 1 }), write(300, PAYLOADS[1], { cookie: 2 }));

test('the sources of a batch stay as they are until their promises settle, whatever comes behind them', async () => {
  const gate = unsettled();
  const { driver, disk } = batchingDriver({}, (_, put) => gate.promise.then(put));
  const { channel, pool } = await scriptedEntry(driver);
  channel.receives(TWO.subarray(0, 350));
  channel.receives(TWO.subarray(350));
  for (let i = 0; i < 20; i++) channel.receives(write(1000, content(300, i), { cookie: 3 }));
  gate.resolve();
  await quiet();
  expect(disk.subarray(0, 500)).toEqual(concat(...PAYLOADS));
  channel.closes();
  await quiet();
  expect(pool.lentBytes).toBe(0);
});

test('retainsSource false: the sources of a batch are the received bytes themselves, and no memory is taken for them', async () => {
  const gate = unsettled();
  const { driver, disk } = batchingDriver({ retainsSource: false }, (_, put) =>
    gate.promise.then(put),
  );
  const { channel, pool } = await scriptedEntry(driver);
  channel.receives(TWO);
  expect(pool.lentBytes).toBe(0);
  gate.resolve();
  await quiet();
  expect(disk.subarray(0, 300), 'it was looked at too late').not.toEqual(PAYLOADS[0]);
});

test('retainsSource false: what was received earlier, and could not begin, is given to the disk as it was', async () => {
  const resize = unsettled();
  const { driver, disk, batches } = batchingDriver({
    retainsSource: false,
    resize: () => resize.promise,
  });
  const { channel, pool } = await scriptedEntry(driver);
  // Held by the RESIZE, a payload is kept that leaves no room in its memory for the header behind it.
  const [first, second] = [content(4134, 5), content(200, 77)];
  const rest = write(5000, second, { cookie: 3 });
  channel.receives(
    request({ type: Command.RESIZE, offset: 65_536, cookie: 1 }),
    write(0, first, { cookie: 2 }),
    rest.subarray(0, 20),
  );
  resize.resolve();
  await resize.promise;
  await Promise.resolve();
  // The RESIZE is answered, but no turn has come since, when the rest arrives.
  channel.receives(rest.subarray(20), write(6000, content(3000), { cookie: 4 }).subarray(0, 2000));
  await quiet();
  expect(batches).toEqual([['0+4134', '5000+200']]);
  expect(disk.subarray(0, 4134)).toEqual(first);
  expect(disk.subarray(5000, 5200)).toEqual(second);
  channel.closes();
  await quiet();
  expect(pool.lentBytes).toBe(0);
});

test('C-280 writes that come with the end of the conversation are written', async () => {
  const { driver, disk } = batchingDriver({ retainsSource: false });
  const service = await scriptedEntry(driver);
  service.channel.receives(TWO, request({ type: Command.DISC }), new Uint8Array(100).fill(0xee));
  await quiet();
  expect(disk.subarray(0, 500)).toEqual(concat(...PAYLOADS));
  expect(service.channel.heard()).toEqual(concat(simpleReply(1), simpleReply(2)));
  expect(service.reasons).toEqual(['disconnected']);
});
