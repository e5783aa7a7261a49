/** S2: a client that says anything lawful, in any order, finds a disk that keeps what it was given. */
import type { Driver } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReplyMode } from '../src/index.ts';
import { clientCommands, MODEL_BYTES, type Model } from './model.ts';
import { propertyRuns } from './property-runs.ts';
import { servingIn } from './served-conversation.ts';

/** The same disk, with every answer a few microtasks late. */
function delayed(disk: Driver): Driver {
  let calls = 0;
  const late = async () => {
    for (let left = calls++ % 5; left > 0; left--) await Promise.resolve();
  };
  return {
    get size() {
      return disk.size;
    },
    async read(target, offset) {
      await late();
      await disk.read(target, offset);
    },
    async write(source, offset, options) {
      await late();
      await disk.write?.(source, offset, options);
    },
    async flush() {
      await late();
    },
    async resize(size) {
      await late();
      await disk.resize?.(size);
    },
  };
}

/** The same disk by batches, in part late, and no more than it must have: zeroes are written out. */
function batched(disk: Driver): Driver {
  return {
    size: disk.size,
    retainsSource: false,
    read: () => expect.unreachable('it takes batches'),
    readBatch(reads) {
      for (const [i, one] of reads.entries()) {
        const fill = () => void disk.read(one.target, one.offset);
        if (i % 2 === 0) fill();
        else one.answer = Promise.resolve().then(fill);
      }
    },
    write: (source, offset, options) => disk.write?.(source, offset, options),
    writeBatch(writes) {
      for (const [i, one] of writes.entries()) {
        const source = one.source.slice();
        const { offset } = one;
        const put = () => void disk.write?.(source, offset, one);
        if (i % 2 === 0) put();
        else one.answer = Promise.resolve().then(put);
      }
    },
    flush: () => undefined,
  };
}

/** The same disk, one call at a time. */
function narrow(disk: Driver): Driver {
  return Object.assign(delayed(disk), { concurrency: 1 });
}

/** Each with whether it can be resized, and from how many bytes on its channel lends. */
const disks: readonly (readonly [string, (disk: Driver) => Driver, boolean, number])[] = [
  ['at once', (disk) => disk, true, Infinity],
  ['later', delayed, true, Infinity],
  ['by batches', batched, false, Infinity],
  ['by views', (disk) => disk, true, 100],
  ['one at a time', narrow, true, 100],
];

const MODES = ['simple', 'structured', 'extended'] as const satisfies readonly ReplyMode[];

describe.each(MODES)('with %s replies', (replyMode) => {
  test.each(disks)(
    'S2 S6 a lawful client against a disk that answers %s',
    async (_, wrap, resizable, lendsFrom) => {
      await fc.assert(
        fc.asyncProperty(clientCommands(resizable), async (commands) => {
          const driver = wrap(memoryDriver({ size: MODEL_BYTES }));
          const talk = await servingIn(driver, { replyMode, lendsFrom });
          const model: Model = { disk: new Uint8Array(MODEL_BYTES), cookie: 1 };
          await fc.asyncModelRun(() => ({ model, real: talk }), commands);
          await talk.ends();
        }),
        propertyRuns(15),
      );
      expect.hasAssertions();
    },
  );
});
