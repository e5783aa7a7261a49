/** Ten thousand requests without a pause: each answered once, under its cookie, with its data. */
import { Command, ErrorCode } from '@nbd/codec';
import type { Driver } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import { expect, test } from 'vitest';
import { concat, content, read, request, write } from './client-bytes.ts';
import { decodeOutput } from './decode-output.ts';
import { scriptedEntry } from './scripted-service.ts';
import { quiet } from './served-conversation.ts';
import { greeting } from './server-bytes.ts';

const REQUESTS = 10_000;
const SLOTS = 256;
const SLOT_BYTES = 256;

/** A small generator of numbers, the same on every run. */
function numbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

interface Script {
  readonly bytes: Uint8Array;
  /** What each request must be answered with, by its cookie: an error, or the data of a READ. */
  readonly answers: Map<number, { error: number; data: Uint8Array }>;
}

/**
 * READs and WRITEs of slots of the disk, and some FLUSHes and faults among them. A slot is written
 * once, in the first part of the script, and read in the last, so that any order is right.
 */
function script(): Script {
  const next = numbers(1);
  const parts: Uint8Array[] = [];
  const answers = new Map<number, { error: number; data: Uint8Array }>();
  const says = (
    part: Uint8Array,
    error: number = ErrorCode.OK,
    data: Uint8Array = new Uint8Array(0),
  ) => {
    answers.set(answers.size, { error, data });
    parts.push(part);
  };
  for (let slot = 0; slot < SLOTS; slot++) {
    says(write(slot * SLOT_BYTES, content(SLOT_BYTES, slot), { cookie: answers.size }));
  }
  while (answers.size < REQUESTS) {
    const cookie = answers.size;
    const slot = next(SLOTS);
    switch (next(8)) {
      case 0:
        says(request({ type: Command.FLUSH, cookie }));
        break;
      case 1:
        says(write(SLOTS * SLOT_BYTES, content(40), { cookie }), ErrorCode.ENOSPC);
        break;
      default: {
        const from = next(SLOT_BYTES);
        const length = next(SLOT_BYTES - from);
        const data = content(SLOT_BYTES, slot).subarray(from, from + length);
        says(read(slot * SLOT_BYTES + from, length, cookie), ErrorCode.OK, data);
      }
    }
  }
  return { bytes: concat(...parts), answers };
}

const SCRIPT = script();

/** Answers each call after a number of microtasks that differs from call to call, once it has been carried out. */
function delaying(disk: Driver): Driver {
  const next = numbers(2);
  const wait = async () => {
    for (let left = next(4); left > 0; left--) await Promise.resolve();
  };
  return {
    size: disk.size,
    async read(target, offset) {
      await disk.read(target, offset);
      await wait();
    },
    async write(source, offset, options) {
      await disk.write?.(source, offset, options);
      await wait();
    },
    flush: wait,
  };
}

/** Takes batches, and answers every third request of one later. */
function batching(disk: Driver): Driver {
  return {
    size: disk.size,
    read: () => expect.unreachable('it takes batches'),
    readBatch(reads) {
      for (const [i, one] of reads.entries()) {
        const fill = () => void disk.read(one.target, one.offset);
        if (i % 3 === 2) one.answer = Promise.resolve().then(fill);
        else fill();
      }
    },
    retainsSource: false,
    write: () => expect.unreachable('it takes batches'),
    writeBatch(writes) {
      for (const [i, one] of writes.entries()) {
        void disk.write?.(one.source, one.offset, one);
        if (i % 3 === 2) one.answer = Promise.resolve();
      }
    },
    flush: () => undefined,
  };
}

const drivers: readonly (readonly [string, (disk: Driver) => Driver])[] = [
  ['answers at once', (disk) => disk],
  ['answers later', delaying],
  ['takes batches', batching],
];

/** Says the script in pieces of sizes that `size` gives, waiting while the channel is paused. */
async function played(driver: Driver, size: () => number): Promise<Uint8Array> {
  const { channel, pool, served } = await scriptedEntry(driver);
  for (let at = 0; at < SCRIPT.bytes.length; ) {
    while (channel.paused) await quiet();
    const end = at + size();
    channel.receives(SCRIPT.bytes.subarray(at, end));
    at = end;
  }
  channel.receivesEnd();
  while (!channel.ended) await quiet();
  const heard = channel.heard();
  channel.closes();
  await served.done;
  expect(pool.lentBytes).toBe(0);
  return heard;
}

function expectAnswered(heard: Uint8Array): void {
  const dataBytes = new Map<number, number>();
  for (const [cookie, { data }] of SCRIPT.answers) dataBytes.set(cookie, data.length);
  const { replies } = decodeOutput(concat(greeting(), heard), { dataBytes });
  expect(replies).toHaveLength(REQUESTS);
  const left = new Map(SCRIPT.answers);
  for (const { cookie, error, data } of replies) {
    const expected = left.get(cookie);
    if (expected?.error !== error || Buffer.compare(expected.data, data) !== 0) {
      throw new Error(`the reply to ${cookie} is wrong: error ${error}, ${data.length} bytes`);
    }
    left.delete(cookie);
  }
  expect(left.size).toBe(0);
}

test.each(drivers)(
  'C-171 C-172 S3 ten thousand requests in pieces of any size, to a disk that %s',
  async (_, wrap) => {
    const next = numbers(3);
    const disk = wrap(memoryDriver({ size: SLOTS * SLOT_BYTES }));
    expectAnswered(await played(disk, () => 1 + next(next(4) === 0 ? 20_000 : 500)));
  },
);

test.each(drivers.slice(0, 1))(
  'C-003 C-171 S3 ten thousand requests byte by byte, to a disk that %s',
  async (_, wrap) => {
    const disk = wrap(memoryDriver({ size: SLOTS * SLOT_BYTES }));
    expectAnswered(await played(disk, () => 1));
  },
);
