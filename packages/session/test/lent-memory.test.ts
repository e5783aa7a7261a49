/** Who may touch which bytes, and until when. */
import type { Driver } from '@nbd/driver';
import { expect, test } from 'vitest';
import { BufferPool } from '../src/index.ts';
import { content, read, write } from './client-bytes.ts';
import { unsettled } from './counting-source.ts';
import { recordingDriver } from './recording-driver.ts';
import { scriptedEntry } from './scripted-service.ts';
import { quiet } from './served-conversation.ts';
import { simpleReply } from './server-bytes.ts';

/** A disk that fills its targets and then, when `lazy` is set, forgets to. */
function forgetful(facts: Partial<Driver>): { driver: Driver; becomesLazy: () => void } {
  let lazy = false;
  const fill = (target: Uint8Array) => {
    if (!lazy) target.fill(0xaa);
  };
  const driver: Driver = {
    size: 65_536,
    read: fill,
    readBatch: (reads) => {
      for (const { target } of reads) fill(target);
    },
    ...facts,
  };
  return {
    driver,
    becomesLazy: () => {
      lazy = true;
    },
  };
}

test.each([
  ['read', { concurrency: 1 }],
  ['readBatch', {}],
])(
  'C-011 C-202 E-18 a %s that fills less than it was asked hands out zeroes, never what the memory held',
  async (_, facts) => {
    const { driver, becomesLazy } = forgetful(facts);
    const { channel } = await scriptedEntry(driver);
    channel.receives(read(0, 1000));
    await quiet();
    becomesLazy();
    channel.receives(read(0, 1000));
    await quiet();
    expect(channel.heard().subarray(1016)).toEqual(simpleReply(1, new Uint8Array(1000)));
  },
);

test('a driver that declares fillsTarget is given its targets as they are', async () => {
  const { driver, becomesLazy } = forgetful({ fillsTarget: true });
  const { channel } = await scriptedEntry(driver);
  channel.receives(read(0, 1000));
  becomesLazy();
  channel.receives(read(0, 1000));
  expect(channel.heard().subarray(1016)).toEqual(simpleReply(1, new Uint8Array(1000).fill(0xaa)));
});

const PAYLOAD = content(300, 5);

/** A disk that keeps the source of each write, and looks at it again when it is let. */
function keeping(facts: Partial<Driver>): { driver: Driver; seen: Uint8Array[]; go: () => void } {
  const gate = unsettled();
  const seen: Uint8Array[] = [];
  const { driver } = recordingDriver({
    facts: {
      async write(source) {
        await gate.promise;
        seen.push(source.slice());
      },
      ...facts,
    },
  });
  return { driver, seen, go: gate.resolve };
}

const cuts: readonly (readonly [string, (whole: Uint8Array) => Uint8Array[]])[] = [
  ['in one piece', (whole) => [whole]],
  ['cut in its header', (whole) => [whole.subarray(0, 20), whole.subarray(20)]],
  ['cut in its payload', (whole) => [whole.subarray(0, 100), whole.subarray(100)]],
  ['byte by byte', (whole) => Array.from(whole, (byte) => Uint8Array.of(byte))],
];

test.each(cuts)(
  'the source of a write that came %s stays as it is until its promise settles, whatever comes behind it',
  async (_, cut) => {
    const { driver, seen, go } = keeping({});
    const { channel, pool } = await scriptedEntry(driver);
    for (const piece of cut(write(0, PAYLOAD, { cookie: 1 }))) channel.receives(piece);
    for (let i = 0; i < 20; i++) channel.receives(write(0, content(300, 100 + i), { cookie: 2 }));
    channel.receives(read(0, 5000, 3));
    expect(channel.heard()).toEqual(simpleReply(3, new Uint8Array(5000)));
    go();
    await quiet();
    expect(seen[0]).toEqual(PAYLOAD);
    expect(seen).toHaveLength(21);
    channel.closes();
    await quiet();
    expect(pool.lentBytes).toBe(0);
  },
);

test('retainsSource false: the source is the received bytes themselves, and no memory is taken for it', async () => {
  const { driver, seen, go } = keeping({ retainsSource: false });
  const { channel, pool } = await scriptedEntry(driver);
  channel.receives(write(0, PAYLOAD));
  expect(pool.lentBytes).toBe(0);
  go();
  await quiet();
  expect(seen[0], 'it was looked at too late, so it shows what came of it').not.toEqual(PAYLOAD);
});

test('retainsSource false on a disk that must wait for its turn: the source lasts until the call', async () => {
  const { driver, disk } = recordingDriver({ facts: { retainsSource: false, concurrency: 1 } });
  const { channel } = await scriptedEntry(driver);
  channel.receives(write(0, PAYLOAD, { cookie: 1 }), write(300, PAYLOAD, { cookie: 2 }));
  channel.receives(new Uint8Array(20));
  await quiet();
  expect(disk.subarray(0, 300)).toEqual(PAYLOAD);
  expect(disk.subarray(300, 600)).toEqual(PAYLOAD);
});

test.each([
  ['read', read(0, 3000)],
  ['write', write(0, content(3000))],
])(
  "C-284 the memory of a %s stays the disk's when the client vanishes, and the session waits for it",
  async (_, said) => {
    const gate = unsettled();
    const { driver } = recordingDriver({ before: () => gate.promise });
    const pool = new BufferPool();
    const service = await scriptedEntry(driver, { pool });
    service.channel.receives(said);
    service.channel.closes(new Error('reset'));
    await quiet();
    expect(pool.lentBytes).toBeGreaterThanOrEqual(3000);
    expect(service.isDone).toBe(false);
    expect(service.served.inFlight).toBe(1);
    gate.resolve();
    await quiet();
    expect(service.isDone).toBe(true);
    expect(pool.lentBytes).toBe(0);
  },
);

test('what is lent to the channel stays as it is until the channel says so', async () => {
  const { driver, disk } = recordingDriver();
  disk.set(content(5000));
  const { channel, pool } = await scriptedEntry(driver, { takesAtOnce: false });
  channel.receives(read(0, 5000, 1));
  const held = pool.lentBytes;
  expect(held).toBeGreaterThanOrEqual(5000);
  disk.fill(0);
  for (let i = 0; i < 50; i++) channel.receives(read(0, 5000, 2));
  channel.takeAll();
  expect(channel.heard().subarray(0, 5016)).toEqual(simpleReply(1, content(5000)));
  expect(pool.lentBytes).toBe(0);
});
