/** Long READs in pieces, and holes. Spec: "NBD_CMD_READ", "Structured replies". */
import { CommandFlag, ErrorCode } from '@nbd/codec';
import { dataExtent, type Driver, DriverError, holeExtent } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { requestIn } from './client-bytes.ts';
import { expectSameBytes } from './expectations.ts';
import { type Mapped, type MappedOptions, mappedDriver } from './mapped-driver.ts';
import { contentOf, type ReadReply, readReplies } from './reply-reader.ts';
import { type ServedConversation, servingIn } from './served-conversation.ts';

const { EIO } = ErrorCode;
const KIB = 1024;
const PIECE = 512 * KIB;

function failing(...calls: string[]): Partial<MappedOptions> {
  return {
    before: (call) => {
      if (calls.includes(call)) throw new DriverError('EIO', `${call} has failed`);
    },
  };
}

/** The same disk by batches: the first read of each is done at once, the others later. */
function batched({ driver }: Mapped): Driver {
  return {
    ...driver,
    read: () => expect.unreachable('it takes batches'),
    readBatch(reads) {
      for (const [i, one] of reads.entries()) {
        const fill = () => driver.read(one.target, one.offset);
        if (i > 0) one.answer = Promise.resolve().then(fill);
        else {
          const answer = fill();
          if (answer !== undefined) one.answer = answer;
        }
      }
    },
  };
}

describe.each(['structured', 'extended'] as const)('%s READs', (replyMode) => {
  async function ask(
    talk: ServedConversation,
    asked: { readonly offset?: number; readonly length: number; readonly flags?: number },
  ): Promise<ReadReply> {
    talk.client.says(requestIn(replyMode, asked));
    const [reply, ...more] = readReplies(await talk.client.heard());
    if (reply === undefined || more.length > 0) throw new Error('expected one reply');
    return reply;
  }

  async function readOnce(
    options: Partial<MappedOptions>,
    asked: { readonly offset?: number; readonly length: number; readonly flags?: number },
    wrap: (mapped: Mapped) => Driver = ({ driver }) => driver,
  ) {
    const mapped = mappedDriver({ size: 2 ** 22, ...options });
    const talk = await servingIn(wrap(mapped), { replyMode });
    const reply = await ask(talk, asked);
    await talk.ends();
    return { ...mapped, reply, talk };
  }

  const wraps: readonly (readonly [string, Partial<MappedOptions>, (mapped: Mapped) => Driver])[] =
    [
      ['at once', {}, ({ driver }) => driver],
      ['later', { isLate: true }, ({ driver }) => driver],
      ['by batches', {}, batched],
      ['one at a time', { isLate: true, facts: { concurrency: 1 } }, ({ driver }) => driver],
    ];

  test.each(wraps)(
    'C-203 C-205 C-214 a disk that answers %s has a long READ told in aligned pieces, all of it once',
    async (_, options, wrap) => {
      const { reply, disk } = await readOnce(options, { offset: 1000, length: 2 ** 21 }, wrap);
      expectSameBytes(contentOf(reply, 1000, 2 ** 21), disk.subarray(1000, 1000 + 2 ** 21));
      expect(reply.chunks.toSorted()).toEqual(
        [
          `data 1000+${PIECE - 1000}`,
          `data ${PIECE}+${PIECE}`,
          `data ${2 * PIECE}+${PIECE}`,
          `data ${3 * PIECE}+${PIECE}`,
          `data ${4 * PIECE}+1000`,
        ].toSorted(),
      );
    },
  );

  test('C-214 a READ of no more than a piece is one chunk, wherever it begins', async () => {
    for (const length of [1, 4096, PIECE - 1, PIECE]) {
      const { reply } = await readOnce({}, { offset: 777, length });
      expect(reply.chunks).toEqual([`data 777+${length}`]);
    }
  });

  test.each(wraps)(
    'C-204 holes are told and not read, of a disk that answers %s',
    async (_, options, wrap) => {
      const extents = [
        holeExtent(PIECE),
        dataExtent(4096),
        { length: 128 * KIB, hole: false, zero: true },
        dataExtent(PIECE),
        holeExtent(2 ** 21),
      ];
      const asked = { offset: 4096, length: 2 ** 21 };
      const { reply, disk, calls } = await readOnce({ extents, ...options }, asked, wrap);
      expectSameBytes(contentOf(reply, 4096, 2 ** 21), disk.subarray(4096, 4096 + 2 ** 21));
      const after = PIECE + 4096 + 128 * KIB + PIECE;
      expect(reply.holes).toEqual([
        { offset: 4096, length: PIECE - 4096 },
        { offset: PIECE + 4096, length: 128 * KIB },
        { offset: after, length: 4096 + 2 ** 21 - after },
      ]);
      expect(calls.filter((call) => call.startsWith('read'))).toEqual([
        `read ${PIECE}+4096`,
        `read ${PIECE + 4096 + 128 * KIB}+${PIECE}`,
      ]);
    },
  );

  test('C-204 C-205 a READ of a hole is one OFFSET_HOLE with DONE, and nothing is read', async () => {
    const { reply, calls } = await readOnce(
      { extents: [holeExtent(2 ** 22)] },
      { length: 2 ** 21 },
    );
    expect(reply.chunks).toEqual([`hole 0+${2 ** 21}`]);
    expect(calls).toEqual([`extents 0+${2 ** 21}`, 'run at 0']);
  });

  test('C-204 a range that is a hole but does not read as zeroes is read', async () => {
    const extents = [{ length: 2 ** 22, hole: true, zero: false }];
    const { reply } = await readOnce({ extents }, { length: PIECE });
    expect(reply.chunks).toEqual([`data 0+${PIECE}`]);
  });

  test('C-214 small holes are read, and large ones begin and end where the disk can be read', async () => {
    const blockSize = { minimum: 4096, preferred: 4096, payloadMax: 2 ** 25 };
    const extents = [
      dataExtent(64 * KIB),
      holeExtent(64 * KIB - 512),
      dataExtent(512 + 100),
      holeExtent(130 * KIB),
      dataExtent(2 ** 21),
    ];
    const { reply, calls, disk } = await readOnce(
      { extents, facts: { blockSize } },
      { length: 2 ** 20 },
    );
    expectSameBytes(contentOf(reply, 0, 2 ** 20), disk.subarray(0, 2 ** 20));
    expect(reply.holes).toEqual([{ offset: 132 * KIB, length: 124 * KIB }]);
    for (const call of calls.filter((found) => found.startsWith('read'))) {
      const [offset = 1, length = 1] = call.slice(5).split('+').map(Number);
      expect([offset % 4096, length % 4096]).toEqual([0, 0]);
    }
  });

  test('a short READ does not ask for extents', async () => {
    const extents = [holeExtent(2 ** 22)];
    const { reply, calls } = await readOnce({ extents }, { length: PIECE - 1 });
    expect(reply.chunks).toEqual([`data 0+${PIECE - 1}`]);
    expect(calls).toEqual([`read 0+${PIECE - 1}`]);
  });

  test.each([false, true])(
    'what a disk fails to tell of its holes is read; later: %s',
    async (isLate) => {
      const extents = [holeExtent(2 ** 20), dataExtent(2 ** 20), dataExtent(2 ** 21)];
      const options = { extents, isLate, ...failing(`run at ${2 ** 21}`) };
      const { reply, disk, talk } = await readOnce(options, { length: 2 ** 22 });
      expectSameBytes(contentOf(reply, 0, 2 ** 22), disk);
      expect(reply.holes).toEqual([]);
      expect(talk.failures).toEqual([]);
    },
  );

  test.each(wraps)(
    'C-206 C-207 a piece that fails on a disk that answers %s ends the READ with an error at its place',
    async (_, options, wrap) => {
      const asked = { offset: 100, length: 2 ** 21 };
      const found = failing(`read ${PIECE}+${PIECE}`);
      const { reply, talk } = await readOnce({ ...options, ...found }, asked, wrap);
      expect(reply).toMatchObject({ error: EIO, errorOffset: PIECE });
      expect(reply.chunks.at(-1)).toBe('error');
      expect(reply.chunks).not.toContain(`data ${PIECE}+${PIECE}`);
      expect(reply.chunks).toContain(`data 100+${PIECE - 100}`);
      expect(talk.failures).toMatchObject([{ code: EIO, length: 2 ** 21 }]);
      expect(talk.tally.bytesRead).toBe(0);
    },
  );

  test.each(wraps)(
    'C-206 C-207 several pieces that fail are one error, of a disk that answers %s',
    async (_, options, wrap) => {
      const found = failing(...[0, 1, 2, 3].map((i) => `read ${i * PIECE}+${PIECE}`));
      const { reply, talk } = await readOnce({ ...options, ...found }, { length: 2 ** 21 }, wrap);
      expect(reply).toMatchObject({ error: EIO, errorOffset: 0, chunks: ['error'] });
      expect(talk.failures).toHaveLength(1);
    },
  );

  test('C-206 after a failure nothing is begun but what was under way', async () => {
    const { calls } = await readOnce(failing(`read 0+${PIECE}`), { length: 2 ** 22 });
    expect(calls[0]).toBe(`read 0+${PIECE}`);
    expect(calls.length).toBeLessThan(8);
  });

  test('C-208 C-209 with DF there is one chunk of data, holes and all', async () => {
    const extents = [holeExtent(2 ** 21), dataExtent(2 ** 21)];
    const flags = CommandFlag.DF;
    for (const length of [65_536, 2 ** 22]) {
      const { reply, disk, calls } = await readOnce({ extents }, { flags, length });
      expect(reply.chunks).toEqual([`data 0+${length}`]);
      expectSameBytes(contentOf(reply, 0, length), disk.subarray(0, length));
      expect(calls).toEqual([`read 0+${length}`]);
    }
    const { reply } = await readOnce(failing(`read 0+${2 ** 22}`), { flags, length: 2 ** 22 });
    expect(reply).toMatchObject({ chunks: ['error'], error: EIO, errorOffset: undefined });
  });

  test('C-213 no chunk is longer than the largest payload', async () => {
    const blockSize = { minimum: 1, preferred: 4096, payloadMax: 600 * KIB };
    const { reply } = await readOnce({ facts: { blockSize } }, { length: 600 * KIB });
    expect(reply.chunks).toEqual([`data 0+${PIECE}`, `data ${PIECE}+${88 * KIB}`]);
  });

  test('the bytes of a long READ are counted once it is answered, those of its holes among them', async () => {
    const extents = [holeExtent(2 ** 21), dataExtent(2 ** 21)];
    const { talk } = await readOnce({ extents }, { length: 2 ** 22 });
    expect(talk.tally).toMatchObject({ bytesRead: 2 ** 22, failures: 0 });
    expect(talk.tally.byCommand).toMatchObject({ READ: 1 });
  });
});
