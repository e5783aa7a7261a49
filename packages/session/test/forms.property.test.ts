/** What a client is told of a disk, in each form of replies, against a model of it that is simple and slow. */
import { Command, CommandFlag, ErrorCode } from '@nbd/codec';
import { type Driver, DriverError, type Extent, type MapRun } from '@nbd/driver';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReplyMode } from '../src/index.ts';
import { concat, requestIn } from './client-bytes.ts';
import { expectEqual, expectSameBytes } from './expectations.ts';
import { type Mapped, mappedDriver } from './mapped-driver.ts';
import { propertyRuns } from './property-runs.ts';
import { contentOf, type ReadExtent, type ReadReply, readReplies } from './reply-reader.ts';
import { servingIn } from './served-conversation.ts';

const SIZE = 900_000;
const BASE = 'base:allocation';
const MAP = 'x-test:map';
const CONTEXTS = [BASE, MAP];
const { READ, BLOCK_STATUS } = Command;

interface Asked {
  readonly type: number;
  readonly offset: number;
  readonly length: number;
  readonly flags: number;
}

const runLength = fc.oneof(
  fc.integer({ min: 1, max: 5000 }),
  fc.integer({ min: 50_000, max: 400_000 }),
);

/** Runs that come to no more than the disk. */
function cut<Run extends { readonly length: number }>(runs: readonly Run[]): Run[] {
  let left = SIZE;
  const fitting: Run[] = [];
  for (const run of runs) {
    const length = Math.min(run.length, left);
    if (length > 0) fitting.push({ ...run, length });
    left -= length;
  }
  return fitting;
}

const extents: fc.Arbitrary<Extent[]> = fc
  .array(fc.record({ length: runLength, hole: fc.boolean(), zero: fc.boolean() }), { maxLength: 9 })
  .map(cut);
const runs: fc.Arbitrary<MapRun[]> = fc
  .array(fc.record({ length: runLength, value: fc.nat({ max: 2 }) }), { maxLength: 9 })
  .map(cut);

const asked: fc.Arbitrary<Asked> = fc
  .record({
    type: fc.constantFrom(READ, READ, BLOCK_STATUS),
    from: fc.oneof(fc.constant(0), fc.nat({ max: SIZE - 1 })),
    length: fc.oneof(fc.constant(SIZE), fc.integer({ min: 1, max: SIZE })),
    isPlain: fc.boolean(),
  })
  .map(({ type, from, length, isPlain }) => ({
    type,
    offset: from,
    length: Math.min(length, SIZE - from),
    flags: isPlain ? 0 : type === READ ? CommandFlag.DF : CommandFlag.REQ_ONE,
  }));

interface Drawn {
  readonly extents: Extent[] | undefined;
  readonly runs: MapRun[];
  readonly requests: Asked[];
  readonly kind: 'at once' | 'later' | 'batches' | 'one at a time';
  /** Every so many calls fail; 0: none. */
  readonly failing: number;
  readonly cuts: number[];
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  extents: fc.option(extents, { nil: undefined }),
  runs,
  requests: fc.array(asked, { minLength: 1, maxLength: 6 }),
  kind: fc.constantFrom('at once', 'later', 'batches', 'one at a time'),
  failing: fc.constantFrom(0, 0, 0, 3, 7, 20),
  cuts: fc.array(fc.nat({ max: 300 }), { maxLength: 6 }),
});

function mappedOf({ extents: extentsOf, runs: runsOf, kind, failing }: Drawn): Mapped {
  let calls = 0;
  const mapped = mappedDriver({
    size: SIZE,
    ...(extentsOf !== undefined && { extents: extentsOf }),
    maps: { [MAP]: runsOf },
    isLate: kind === 'later' || kind === 'one at a time',
    facts: kind === 'one at a time' ? { concurrency: 1 } : {},
    before: () => {
      calls++;
      if (failing > 0 && calls % failing === 0) throw new DriverError('ENOMEM', 'drawn to fail');
    },
  });
  const read: Driver['read'] = (target, offset) => mapped.driver.read(target, offset);
  if (kind !== 'batches') return mapped;
  const readBatch: Driver['readBatch'] = (reads) => {
    for (const [i, one] of reads.entries()) {
      const fill = async () => read(one.target, one.offset);
      if (i % 2 === 0) one.answer = fill();
      else {
        try {
          void read(one.target, one.offset);
        } catch (error) {
          one.answer = Promise.reject(error);
        }
      }
    }
  };
  return { ...mapped, driver: { ...mapped.driver, readBatch } };
}

/** The value of each run of bytes, in order, from the start of the disk to its end. */
function stateAt(
  states: readonly { readonly length: number; readonly flags: number }[],
  at: number,
) {
  let end = 0;
  for (const { length, flags } of states) {
    end += length;
    if (at < end) return { flags, end };
  }
  return { flags: 0, end: SIZE };
}

/** C-252 to C-254, C-258: what an honest status may be. */
function checkStatus(
  told: readonly ReadExtent[] | undefined,
  states: readonly ReadExtent[],
  { offset, length, flags }: Asked,
): void {
  if (told === undefined) throw new Error('C-251: a context was not told');
  let at = offset;
  for (const [i, extent] of told.entries()) {
    expectEqual(extent.flags === told[i - 1]?.flags, false);
    const end = at + extent.length;
    while (at < end) {
      const state = stateAt(states, at);
      expectEqual(extent.flags, state.flags);
      at = Math.min(state.end, end);
    }
  }
  expectEqual(at <= offset + length, true);
  if ((flags & CommandFlag.REQ_ONE) !== 0) {
    expectEqual(told.length, 1);
    const isEnd = at === offset + length;
    expectEqual(isEnd || stateAt(states, at).flags !== told[0]?.flags, true);
  } else {
    expectEqual(at, offset + length);
  }
}

function checkRead(reply: ReadReply, disk: Uint8Array, request: Asked): void {
  const { offset, length, flags } = request;
  if ((flags & CommandFlag.DF) !== 0) expectEqual(reply.chunks.length, 1);
  if (reply.error === 0) {
    expectSameBytes(contentOf(reply, offset, length), disk.subarray(offset, offset + length));
    return;
  }
  for (const piece of reply.data) {
    expectSameBytes(piece.bytes, disk.subarray(piece.offset, piece.offset + piece.bytes.length));
  }
  const at = reply.errorOffset ?? offset;
  expectEqual(at >= offset && at < offset + length, true);
  const covers = reply.data.some(
    (piece) => at >= piece.offset && at < piece.offset + piece.bytes.length,
  );
  expectEqual(covers, false);
}

/** A lawful version of the requests for this form, which has no DF and no statuses if it is the simple one. */
function lawful(requests: readonly Asked[], replyMode: ReplyMode): readonly Asked[] {
  if (replyMode !== 'simple') return requests;
  return requests
    .filter(({ type }) => type === READ)
    .map(({ type, offset, length }) => ({ type, offset, length, flags: 0 }));
}

describe.each(['simple', 'structured', 'extended'] as const)('%s replies', (replyMode) => {
  test('S1 S3 C-171 C-176 C-203 C-204 C-206 C-251 C-252 C-254 C-258 whatever a disk is like, and whatever fails, the client is told the truth, once', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async (draw) => {
        const requests = lawful(draw.requests, replyMode);
        const { driver, disk } = mappedOf(draw);
        const contexts = replyMode === 'simple' ? [] : CONTEXTS;
        const talk = await servingIn(driver, { replyMode, contexts });
        const said = concat(
          ...requests.map((one, cookie) => requestIn(replyMode, { ...one, cookie })),
        );
        const places = [...draw.cuts.map((at) => at % (said.length + 1)), said.length];
        let from = 0;
        for (const to of places.toSorted((a, b) => a - b)) {
          talk.client.says(said.subarray(from, to));
          from = to;
        }
        const heard: Uint8Array[] = [];
        for (let rounds = 0; rounds < 200 && (rounds === 0 || talk.served.inFlight > 0); rounds++) {
          heard.push(await talk.client.heard());
        }
        heard.push(await talk.client.heard());

        const lengthOf = (cookie: bigint) => requests[Number(cookie)]?.length ?? 0;
        const replies = readReplies(concat(...heard), lengthOf);
        const cookies = replies.map(({ cookie }) => Number(cookie)).toSorted((a, b) => a - b);
        expect(cookies).toEqual(requests.map((_, cookie) => cookie));
        const extentStates = (draw.extents ?? []).map(({ length, hole, zero }) => ({
          length,
          flags: (hole ? 1 : 0) + (zero ? 2 : 0),
        }));
        const runStates = draw.runs.map(({ length, value }) => ({ length, flags: value }));
        for (const reply of replies) {
          const request = requests[Number(reply.cookie)] as Asked;
          if (reply.error !== 0)
            expectEqual([reply.error, draw.failing > 0], [ErrorCode.ENOMEM, true]);
          if (request.type === READ) checkRead(reply, disk, request);
          else if (reply.error === 0) {
            checkStatus(reply.statuses.get(1), extentStates, request);
            checkStatus(reply.statuses.get(2), runStates, request);
          }
          expectEqual(reply.echo, replyMode === 'extended' ? BigInt(request.offset) : undefined);
        }
        await talk.ends();
      }),
      propertyRuns(40),
    );
  });
});
