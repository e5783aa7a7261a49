/** Disks that fail to say what they are like, or say too much. Spec: "NBD_CMD_BLOCK_STATUS". */
import { Command, ErrorCode } from '@nbd/codec';
import { dataExtent, type Driver, DriverError, type Extent, holeExtent } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { requestIn } from './client-bytes.ts';
import { type MappedOptions, mappedDriver } from './mapped-driver.ts';
import { type ReadReply, readReplies } from './reply-reader.ts';
import { type ServedConversation, servingIn } from './served-conversation.ts';

const { BLOCK_STATUS } = Command;
const { EIO } = ErrorCode;
const BASE = 'base:allocation';
const KIB = 1024;

interface Asked {
  readonly length: number;
}

/** What makes the call fail. */
function failing(call: string, error: unknown): Pick<MappedOptions, 'before'> {
  return {
    before: (found) => {
      if (found === call) throw error;
    },
  };
}

/** 20,000 runs of 512 bytes, no two neighbours alike. */
function* alternating(): Generator<Extent> {
  for (let i = 0; i < 20_000; i++) yield i % 2 === 0 ? dataExtent(512) : holeExtent(512);
}

/** The same without end, which notes how far it was read, and whether its reader has let go. */
class Endless {
  told = 0;
  isClosed = false;
  /** Called when 5000 were told. */
  midway: (() => void) | undefined;

  readonly extents = (): Iterable<Extent> => this.#tell();

  readonly extentsLater = (): AsyncIterable<Extent> => later(this.#tell());

  *#tell(): Generator<Extent> {
    try {
      for (; ; this.told++) {
        if (this.told === 5000) this.midway?.();
        yield this.told % 2 === 0 ? dataExtent(512) : holeExtent(512);
      }
    } finally {
      this.isClosed = true;
    }
  }
}

async function* later(extents: Iterable<Extent>): AsyncGenerator<Extent> {
  yield* extents;
}

describe.each(['structured', 'extended'] as const)('%s statuses', (replyMode) => {
  async function serve(driver: Driver, ...contexts: string[]): Promise<ServedConversation> {
    return servingIn(driver, { replyMode, contexts });
  }

  async function ask(talk: ServedConversation, asked: Asked): Promise<ReadReply> {
    talk.client.says(requestIn(replyMode, { type: BLOCK_STATUS, ...asked }));
    const [reply, ...more] = readReplies(await talk.client.heard());
    if (reply === undefined || more.length > 0) throw new Error('expected one reply');
    return reply;
  }

  test.each([false, true])(
    'C-260 C-261 C-190 an error after a status was sent ends the reply, once; later: %s',
    async (isLate) => {
      const maps = { 'x-test:map': [{ length: KIB, value: 1 }] };
      const options = {
        size: 4 * KIB,
        maps,
        isLate,
        ...failing('run at 1024', new DriverError('EIO', '')),
      };
      const { driver } = mappedDriver(options);
      const talk = await serve(driver, BASE, 'x-test:map');
      const reply = await ask(talk, { length: 4 * KIB });
      expect(reply).toMatchObject({ chunks: ['status 1', 'error'], error: EIO });
      expect(talk.failures).toMatchObject([{ code: EIO, isBug: false, type: BLOCK_STATUS }]);
      await talk.ends();
    },
  );

  test.each([false, true])(
    'C-260 an error before or within the first status is an error alone; later: %s',
    async (isLate) => {
      for (const call of ['run at 0', 'run at 1024']) {
        const options = { size: 4 * KIB, extents: [dataExtent(KIB)], isLate };
        const { driver } = mappedDriver({ ...options, ...failing(call, new Error('broken')) });
        const talk = await serve(driver, BASE);
        const reply = await ask(talk, { length: 4 * KIB });
        expect(reply).toMatchObject({ chunks: ['error'], error: EIO });
        expect(talk.failures).toMatchObject([{ isBug: true }]);
        await talk.ends();
      }
    },
  );

  test.each<[string, Partial<Driver>]>([
    ['tells no extent', { extents: () => [] }],
    ['tells an empty extent', { extents: () => [dataExtent(0)] }],
    ['reaches past its end', { extents: () => [dataExtent(KIB + 1)] }],
    [
      'throws at once',
      {
        extents: () => {
          throw new Error('broken');
        },
      },
    ],
  ])('C-252 C-253 a disk that %s has a bug, and the client hears EIO', async (_, facts) => {
    const { driver } = mappedDriver({ size: KIB, facts });
    const talk = await serve(driver, BASE);
    expect(await ask(talk, { length: KIB })).toMatchObject({ chunks: ['error'], error: EIO });
    expect(talk.failures).toMatchObject([{ isBug: true }]);
    await talk.ends();
  });

  test.each([-1, 0.5, 2 ** 32])('a map that tells a value of %d has a bug', async (value) => {
    const { driver } = mappedDriver({
      size: KIB,
      maps: { 'x-test:map': [{ length: KIB, value }] },
    });
    const talk = await serve(driver, 'x-test:map');
    expect(await ask(talk, { length: KIB })).toMatchObject({ error: EIO });
    await talk.ends();
  });

  test('C-257 a map without end is told up to a limit, asked for no more, and takes no more memory', async () => {
    const endless = new Endless();
    const { extents } = endless;
    const { driver } = mappedDriver({ size: KIB, facts: { size: 2 ** 42, extents } });
    const talk = await serve(driver, BASE);
    talk.client.says(requestIn(replyMode, { type: BLOCK_STATUS, length: 2 ** 32 - 512 }));
    let reply: ReadReply | undefined;
    for (let rounds = 0; reply === undefined && rounds < 100; rounds++) {
      [reply] = readReplies(await talk.client.heard());
    }
    expect(reply?.statuses.get(1)).toHaveLength(2 ** 16);
    expect(endless).toMatchObject({ told: 2 ** 16 - 1, isClosed: true });
    await talk.ends();
  });

  test('a long map lets others have their turn', async () => {
    const { driver } = mappedDriver({ size: KIB, facts: { size: 2 ** 30, extents: alternating } });
    const talk = await serve(driver, BASE);
    talk.client.says(
      requestIn(replyMode, { type: BLOCK_STATUS, length: 2 ** 30, cookie: 1 }),
      requestIn(replyMode, { length: 512, cookie: 2 }),
    );
    const replies = readReplies(await talk.client.heard());
    expect(replies.map(({ cookie }) => cookie)).toEqual([2n, 1n]);
    await talk.ends();
  });

  test.each([false, true])(
    'a client that has gone is told no further; later: %s',
    async (isLate) => {
      const endless = new Endless();
      const extents = isLate ? endless.extentsLater : endless.extents;
      const { driver } = mappedDriver({ size: KIB, facts: { size: 2 ** 42, extents } });
      const talk = await serve(driver, BASE);
      endless.midway = () => talk.client.drops();
      talk.client.says(requestIn(replyMode, { type: BLOCK_STATUS, length: 2 ** 32 - 512 }));
      await talk.served.done;
      expect(endless.isClosed).toBe(true);
      expect(endless.told).toBeGreaterThanOrEqual(5000);
      expect(endless.told).toBeLessThan(2 ** 14);
      expect(talk.pool.lentBytes).toBe(0);
    },
  );

  test('a disk that takes one call at a time is asked so for its extents too', async () => {
    const { driver, calls } = mappedDriver({
      size: 64 * KIB,
      extents: [dataExtent(4 * KIB), holeExtent(4 * KIB)],
      isLate: true,
      facts: { concurrency: 1 },
    });
    const talk = await serve(driver, BASE);
    talk.client.says(
      requestIn(replyMode, { type: BLOCK_STATUS, length: 12 * KIB, cookie: 1 }),
      requestIn(replyMode, { length: 512, cookie: 2 }),
    );
    const replies = readReplies(await talk.client.heard());
    expect(replies.map(({ cookie }) => cookie)).toEqual([1n, 2n]);
    expect(calls.at(-1)).toBe('read 0+512');
    await talk.ends();
  });
});
