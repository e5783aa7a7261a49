/** Several requests at a time, and several connections. */
import { Command, TransmissionFlag } from '@nbd/codec';
import type { BatchedRead, Driver } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { transmissionFlags } from '../src/index.ts';
import { content, read, request, write } from './client-bytes.ts';
import { type Settled, unsettled } from './counting-source.ts';
import { recordingDriver } from './recording-driver.ts';
import { type ServedConversation, quiet, serving } from './served-conversation.ts';
import { simpleReply } from './server-bytes.ts';

/** A disk whose calls wait until they are let, in any order. */
function waiting(concurrency?: number) {
  const waits = new Map<string, Settled>();
  const recording = recordingDriver({
    facts: concurrency === undefined ? {} : { concurrency },
    before: (call) => {
      const wait = unsettled();
      waits.set(call, wait);
      return wait.promise;
    },
  });
  return {
    ...recording,
    /** The calls that are under way. */
    under: () => [...waits.keys()],
    lets: (call: string) => {
      waits.get(call)?.resolve();
      waits.delete(call);
    },
  };
}

test('C-172 S-34 a slow request holds up no other: replies leave in the order of the answers', async () => {
  const { driver, disk, lets } = waiting();
  disk.set(content(64));
  const talk = await serving(driver);
  talk.client.says(read(0, 4, 1), write(8, content(2), { cookie: 2 }), read(4, 4, 3));
  await talk.client.hears();
  lets('read 4+4');
  await talk.client.hears(simpleReply(3, content(64).subarray(4, 8)));
  lets('write 8+2');
  await talk.client.hears(simpleReply(2));
  lets('read 0+4');
  await talk.client.hears(simpleReply(1, content(64).subarray(0, 4)));
  await talk.ends();
});

test('C-010 replies of many requests that are answered together stay whole', async () => {
  const { driver, disk, lets } = waiting();
  disk.set(content(1000));
  const talk = await serving(driver);
  const offsets = [300, 0, 700, 100];
  talk.client.says(...offsets.map((offset) => read(offset, 100, offset)));
  await quiet();
  for (const offset of offsets.toSorted((a, b) => a - b)) lets(`read ${offset}+100`);
  const sorted = offsets.toSorted((a, b) => a - b);
  await talk.client.hears(
    ...sorted.map((offset) => simpleReply(offset, content(1000).subarray(offset, offset + 100))),
  );
  await talk.ends();
});

test('a disk that takes two calls at a time never has more, first come first served, over two connections', async () => {
  const { driver, under, lets } = waiting(2);
  const talks: ServedConversation[] = [await serving(driver), await serving(driver)];
  const [one, other] = talks;
  one?.client.says(read(0, 1, 1), read(1, 1, 2), read(2, 1, 3));
  await quiet();
  other?.client.says(read(3, 1, 4), request({ type: Command.FLUSH, cookie: 5 }));
  await quiet();
  const order = ['read 0+1', 'read 1+1', 'read 2+1', 'read 3+1', 'flush'];
  for (let i = 0; i < order.length; i++) {
    expect(under()).toEqual(order.slice(i, i + 2));
    lets(order[i] ?? '');
    await quiet();
  }
  const zero = new Uint8Array(1);
  await one?.client.hears(simpleReply(1, zero), simpleReply(2, zero), simpleReply(3, zero));
  await other?.client.hears(simpleReply(4, zero), simpleReply(5));
  for (const talk of talks) await talk.ends();
});

test('a call that fails, at once or later, makes room for the next', async () => {
  let calls = 0;
  const { driver } = recordingDriver({
    facts: { concurrency: 1 },
    before: () => {
      calls++;
      if (calls === 1) throw new Error('at once');
      if (calls === 2) return Promise.reject(new Error('later'));
      return undefined;
    },
  });
  const talk = await serving(driver);
  talk.client.says(read(0, 1, 1), read(0, 1, 2), read(0, 1, 3));
  expect(await talk.client.heard()).toHaveLength(16 + 16 + 17);
  expect(calls).toBe(3);
  await talk.ends();
});

test('a disk with a limit is given single reads, not batches', async () => {
  const { driver, calls } = recordingDriver({
    facts: { concurrency: 1, readBatch: () => expect.unreachable('it has a limit') },
  });
  const talk = await serving(driver);
  talk.client.says(read(0, 1, 1), read(1, 1, 2));
  expect(await talk.client.heard()).toHaveLength(34);
  expect(calls).toEqual(['read 0+1', 'read 1+1']);
  await talk.ends();
});

test('reads that are gathered for a batch reach the disk before a write that came after them', async () => {
  const { driver, disk } = recordingDriver();
  disk.fill(1);
  const batches: number[] = [];
  const batching: Driver = Object.assign(driver, {
    readBatch(reads: readonly BatchedRead[]) {
      batches.push(reads.length);
      for (const { target, offset } of reads) void driver.read(target, offset);
    },
  });
  const talk = await serving(batching);
  talk.client.says(
    read(0, 2, 1),
    read(1, 2, 2),
    write(0, Uint8Array.of(9, 9, 9), { cookie: 3 }),
    read(0, 2, 4),
  );
  await talk.client.hears(
    simpleReply(1, Uint8Array.of(1, 1)),
    simpleReply(2, Uint8Array.of(1, 1)),
    simpleReply(3),
    simpleReply(4, Uint8Array.of(9, 9)),
  );
  expect(batches).toEqual([2, 1]);
  await talk.ends();
});

test.each([
  [true, TransmissionFlag.CAN_MULTI_CONN],
  [false, 0],
])('C-290 CAN_MULTI_CONN is advertised exactly if the driver says so: %s', (multiConn, flag) => {
  const { driver } = recordingDriver({ facts: { multiConn } });
  expect(transmissionFlags(driver) & TransmissionFlag.CAN_MULTI_CONN).toBe(flag);
});

test('C-230 C-290 C-292 what one connection has written the other reads, under the same cookies', async () => {
  const driver = memoryDriver({ size: 65_536 });
  const [one, other] = [await serving(driver), await serving(driver)];
  for (let i = 0; i < 20; i++) {
    one.client.says(write(i * 100, content(100, i), { cookie: 7 }));
    other.client.says(write(32_768 + i * 100, content(100, i + 50), { cookie: 7 }));
    await one.client.hears(simpleReply(7));
    await other.client.hears(simpleReply(7));
  }
  one.client.says(request({ type: Command.FLUSH, cookie: 8 }), read(32_768 + 500, 100, 7));
  other.client.says(read(500, 100, 7));
  await one.client.hears(simpleReply(8), simpleReply(7, content(100, 55)));
  await other.client.hears(simpleReply(7, content(100, 5)));
  await one.ends();
  other.client.says(read(0, 2, 9));
  await other.client.hears(simpleReply(9, content(2)));
  await other.ends();
});
