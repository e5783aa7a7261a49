/** What a disk says of itself, as statuses. Spec: "NBD_CMD_BLOCK_STATUS", "Metadata contexts". */
import { Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { dataExtent, type Driver, type Extent, holeExtent } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { requestIn } from './client-bytes.ts';
import { enteredIn, factsOf } from './conversation.ts';
import { type MappedOptions, mappedDriver } from './mapped-driver.ts';
import { type ReadReply, readReplies } from './reply-reader.ts';
import { type ServedConversation, servingIn } from './served-conversation.ts';

const { BLOCK_STATUS } = Command;
const { REQ_ONE, FUA } = CommandFlag;
const { EINVAL } = ErrorCode;
const BASE = 'base:allocation';
const KIB = 1024;

interface Asked {
  readonly offset?: number;
  readonly length: number;
  readonly flags?: number;
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

  /** The extents of the only context, as [length, flags]. */
  async function statusOf(options: Partial<MappedOptions>, asked: Asked) {
    const { driver } = mappedDriver({ size: 64 * KIB, ...options });
    const talk = await serve(driver, BASE);
    const { statuses, error } = await ask(talk, asked);
    await talk.ends();
    expect(error).toBe(0);
    return statuses.get(1)?.map(({ length, flags }) => [length, flags]);
  }

  const four: readonly Extent[] = [
    { length: 4 * KIB, hole: false, zero: false },
    { length: 4 * KIB, hole: true, zero: false },
    { length: 4 * KIB, hole: false, zero: true },
    { length: 4 * KIB, hole: true, zero: true },
  ];

  test.each([false, true])(
    'C-252 C-256 C-264 extents have the flags of their states, and no others; later: %s',
    async (isLate) => {
      expect(await statusOf({ extents: four, isLate }, { length: 20 * KIB })).toEqual([
        [4 * KIB, 0],
        [4 * KIB, 1],
        [4 * KIB, 2],
        [4 * KIB, 3],
        [4 * KIB, 0],
      ]);
    },
  );

  test('C-162 C-252 a disk without extents is all data', async () => {
    expect(await statusOf({}, { offset: 512, length: 9 * KIB })).toEqual([[9 * KIB, 0]]);
  });

  test('C-252 C-253 a status begins at the offset and never passes the end of the request or the export', async () => {
    const extents = [dataExtent(10 * KIB), holeExtent(54 * KIB)];
    expect(await statusOf({ extents }, { offset: 9 * KIB, length: 3 * KIB })).toEqual([
      [KIB, 0],
      [2 * KIB, 3],
    ]);
    expect(await statusOf({ extents }, { offset: 63 * KIB, length: KIB })).toEqual([[KIB, 3]]);
  });

  test('C-254 E-23 REQ_ONE gets one extent, cut to the request, merged from all that are alike', async () => {
    const extents = [dataExtent(KIB), dataExtent(2 * KIB), holeExtent(5 * KIB)];
    const one = { flags: REQ_ONE };
    expect(await statusOf({ extents }, { ...one, length: 64 * KIB })).toEqual([[3 * KIB, 0]]);
    expect(await statusOf({ extents }, { ...one, length: 512 })).toEqual([[512, 0]]);
    expect(await statusOf({ extents }, { ...one, offset: 3 * KIB, length: 6 * KIB })).toEqual([
      [5 * KIB, 3],
    ]);
  });

  test('C-258 neighbours of equal flags are one', async () => {
    const extents = Array.from({ length: 60 }, (_, i) =>
      i < 30 ? holeExtent(64) : dataExtent(64),
    );
    expect(await statusOf({ extents }, { length: 3840 })).toEqual([
      [1920, 3],
      [1920, 0],
    ]);
  });

  test('C-179 FUA is lawful on BLOCK_STATUS', async () => {
    const driver: Driver = { ...mappedDriver({ size: KIB }).driver, fua: 'native' };
    const talk = await serve(driver, BASE);
    expect((await ask(talk, { length: KIB, flags: FUA })).error).toBe(0);
    await talk.ends();
  });

  test('C-250 C-259 C-185 without a context, past the end, or of no bytes it is EINVAL', async () => {
    const { driver } = mappedDriver({ size: KIB });
    const without = await serve(driver);
    expect(await ask(without, { length: KIB })).toMatchObject({ error: EINVAL });
    const talk = await serve(driver, BASE);
    expect(await ask(talk, { length: KIB + 1 })).toMatchObject({ error: EINVAL });
    expect(await ask(talk, { length: 0 })).toMatchObject({ error: EINVAL });
    expect(talk.tally.byCommand).toMatchObject({ BLOCK_STATUS: 0 });
  });

  test.each([false, true])(
    'C-251 each context has one status with its id, the last with DONE; later: %s',
    async (isLate) => {
      const maps = {
        'qemu:dirty-bitmap:monday': [
          { length: KIB, value: 1 },
          { length: KIB, value: 0 },
        ],
        'x-test:heat': [{ length: 3 * KIB, value: 0xffff_ffff }],
      };
      const { driver } = mappedDriver({ size: 4 * KIB, extents: [holeExtent(KIB)], maps, isLate });
      const talk = await serve(driver, BASE, ...Object.keys(maps));
      const { chunks, statuses } = await ask(talk, { length: 4 * KIB });
      expect(chunks).toEqual(['status 1', 'status 2', 'status 3']);
      expect(statuses.get(1)).toEqual([
        { length: KIB, flags: 3 },
        { length: 3 * KIB, flags: 0 },
      ]);
      expect(statuses.get(2)).toEqual([
        { length: KIB, flags: 1 },
        { length: 3 * KIB, flags: 0 },
      ]);
      expect(statuses.get(3)).toEqual([
        { length: 3 * KIB, flags: 0xffff_ffff },
        { length: KIB, flags: 0 },
      ]);
      await talk.ends();
    },
  );
});

test('C-255 E-25 an extent that is too long for 32 bits is cut where the next request may begin', async () => {
  for (const blockMinimum of [1, 4096]) {
    const length = blockMinimum === 1 ? 2 ** 32 - 1 : 2 ** 32 - 4096;
    const facts = {
      size: 2 ** 40,
      ...(blockMinimum > 1 && {
        blockSize: { minimum: 4096, preferred: 4096, payloadMax: 2 ** 20 },
      }),
    };
    const { driver } = mappedDriver({ size: KIB, facts });
    const talk = await servingIn(driver, { replyMode: 'structured', contexts: [BASE] });
    talk.client.says(requestIn('structured', { type: BLOCK_STATUS, length }));
    const [reply] = readReplies(await talk.client.heard());
    const cut = blockMinimum === 1 ? 2 ** 32 - 512 : 2 ** 32 - 4096;
    expect(reply?.statuses.get(1)).toEqual([{ length: cut, flags: 0 }]);
    await talk.ends();
  }
});

test('C-255 runs that are merged are cut in the same way, and what follows is not told', () => {
  const facts = factsOf({ size: 2 ** 40 });
  const contexts = [BASE];
  const { client, host } = enteredIn({ replyMode: 'structured', facts, contexts });
  client.says(requestIn('structured', { type: BLOCK_STATUS, length: 2 ** 32 - 1 }));
  const request = host.isGiven({ type: BLOCK_STATUS });
  const runs = [
    [4096, 1],
    [2 ** 31, 3],
    [2 ** 31, 3],
    [512, 0],
  ] as const;
  expect(host.sendsStatus(request, 1, runs, true)).toEqual([true, true, false, false]);
  const [reply] = readReplies(client.heard());
  expect(reply?.statuses.get(1)).toEqual([
    { length: 4096, flags: 1 },
    { length: 2 ** 32 - 4097, flags: 3 },
  ]);
});

test('C-256 C-273 C-163 extended statuses have lengths and values of 64 bits', async () => {
  const size = 2 ** 52;
  const name = 'x-test:wide';
  const runs = () => [{ length: size, value: Number.MAX_SAFE_INTEGER }];
  const { driver } = mappedDriver({
    size: KIB,
    facts: { size, maps: [{ name, wide: true, runs }] },
  });
  const talk = await servingIn(driver, { replyMode: 'extended', contexts: [BASE, name] });
  talk.client.says(requestIn('extended', { type: BLOCK_STATUS, length: size }));
  const [reply] = readReplies(await talk.client.heard());
  expect(reply?.statuses.get(1)).toEqual([{ length: size, flags: 0 }]);
  expect(reply?.statuses.get(2)).toEqual([{ length: size, flags: Number.MAX_SAFE_INTEGER }]);
  await talk.ends();
});

test('a BLOCK_STATUS is not answered as done, and a status without runs is none', () => {
  const { client, host, session } = enteredIn({ replyMode: 'structured', contexts: [BASE] });
  client.says(requestIn('structured', { type: BLOCK_STATUS, length: 512 }));
  const request = host.isGiven({ type: BLOCK_STATUS });
  expect(() => session.finish(request)).toThrow('answered by chunks');
  expect(() => host.sendsStatus(request, 1, [], true)).toThrow('at least one run');
});
