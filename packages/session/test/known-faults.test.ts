/** Faults for which other servers are known, where no other test says the same of this one. */
import { Command, Option, OptionReply, STRING_BYTES_MAX } from '@nbd/codec';
import type { Driver, Extent } from '@nbd/driver';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clientFlags,
  contextsOption,
  exportNameOption,
  infoOption,
  option,
  optionHead,
  requestIn,
} from './client-bytes.ts';
import { haggling } from './conversation.ts';
import { type ReadExtent, readReplies } from './reply-reader.ts';
import { ack, greeting } from './server-bytes.ts';
import { ServedConversation, servingIn } from './served-conversation.ts';

const BASE = 'base:allocation';
const SIZE = 2 ** 45;

describe('E-02 a name that is not there', () => {
  const asking = [
    ['INFO', infoOption(Option.INFO, 'none')],
    ['GO', infoOption(Option.GO, 'none')],
    ['LIST_META_CONTEXT', contextsOption(Option.LIST_META_CONTEXT, 'none')],
    ['SET_META_CONTEXT', contextsOption(Option.SET_META_CONTEXT, 'none', BASE)],
  ] as const;

  test.each(asking)(
    'asked for by %s is refused as unknown, and can be asked for again',
    async (_, asked) => {
      const talk = new ServedConversation({ exports: { open: () => undefined } });
      talk.client.says(clientFlags(3), option(Option.STRUCTURED_REPLY));
      await talk.client.heard();
      for (let i = 0; i < 3; i++) {
        talk.client.says(asked);
        const reply = await talk.client.heard();
        expect(new DataView(reply.buffer).getUint32(12)).toBe(OptionReply.ERR_UNKNOWN);
      }
      talk.client.says(option(Option.ABORT));
      await talk.client.hears(ack(Option.ABORT));
      await talk.ends();
    },
  );

  test('asked for by EXPORT_NAME ends its own connection, in good order', async () => {
    const talk = new ServedConversation({ exports: { open: () => undefined } });
    talk.client.says(clientFlags(3), exportNameOption('none'));
    await talk.client.hears(greeting());
    expect(talk.client.hasEnd).toBe(true);
    await talk.ends();
    expect(talk.reasons).toEqual(['refused']);
  });
});

test('E-33 a refusal that tells the longest names stays below the longest text', async () => {
  const longest = fc
    .string({
      unit: fc.constantFrom('a', 'é', '盤', '😀', '"', '\n', '\u202e'),
      minLength: STRING_BYTES_MAX,
    })
    .map((name) =>
      new TextDecoder().decode(new TextEncoder().encode(name).subarray(0, STRING_BYTES_MAX)),
    )
    .map((name) => name.replace(/\uFFFD+$/, ''));
  await fc.assert(
    fc.asyncProperty(longest, async (name) => {
      const talk = new ServedConversation({ exports: { open: () => undefined } });
      talk.client.says(clientFlags(3));
      await talk.client.hears(greeting());
      talk.client.says(infoOption(Option.GO, name));
      const reply = await talk.client.heard();
      const view = new DataView(reply.buffer);
      expect(view.getUint32(12)).toBe(OptionReply.ERR_UNKNOWN);
      expect(view.getUint32(16)).toBe(reply.length - 20);
      expect(reply.length - 20).toBeLessThanOrEqual(STRING_BYTES_MAX);
      await talk.ends();
    }),
    { numRuns: 30 },
  );
});

test('E-06 an EXPORT_NAME whose name would be 2^32 - 1 bytes ends the session, and reserves nothing', () => {
  for (const length of [0xffff_ffff, 0x8000_0000, 0x7fff_ffff]) {
    const { client, host, pool } = haggling();
    client.says(optionHead(Option.EXPORT_NAME, length));
    host.hasEnded('option-too-long');
    client.hearsNothing();
    expect(pool.lentBytes).toBe(0);
  }
});

describe.each(['structured', 'extended'] as const)('%s statuses', (replyMode) => {
  /** A range in blocks and the runs that a disk tells of it, some of which end where the range ends. */
  const cases = fc.record({
    block: fc.constantFrom(512, 4096, 65_536),
    blocksMore: fc.constantFrom(0, 1, 2, 1000),
    isNearLargest: fc.boolean(),
    pieces: fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 5 }),
    isFilled: fc.boolean(),
    behind: fc.constantFrom(0, 512 * 128, 2 ** 32, 2 ** 33 - 65_536, 2 ** 40),
  });

  test('E-25 E-26 of runs that end with the request, or beyond 32 bits, none begins at its end or wraps', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ block, blocksMore, isNearLargest, pieces, isFilled, behind }) => {
          const largest = 2 ** 32 - block;
          const inPieces = pieces.reduce((sum, piece) => sum + piece * block, 0);
          const length = isNearLargest
            ? largest - blocksMore * block
            : inPieces + blocksMore * block;
          const lengths = pieces.map((piece) => piece * block);
          if (isFilled && length > inPieces) lengths.push(length - inPieces);
          if (behind > 0) lengths.push(behind);
          const extents = await statusOf(lengths, block, length);
          let at = 0;
          for (const extent of extents) {
            expect(at).toBeLessThan(length);
            expect(extent.length).toBeGreaterThan(0);
            expect(extent.length % block).toBe(0);
            at += extent.length;
          }
          expect(extents.length).toBeGreaterThan(0);
          expect(at - (extents.at(-1)?.length ?? 0)).toBeLessThanOrEqual(length);
        },
      ),
      { numRuns: 300 },
    );
  });

  async function statusOf(
    lengths: readonly number[],
    block: number,
    length: number,
  ): Promise<readonly ReadExtent[]> {
    const driver: Driver = {
      size: SIZE,
      read: () => undefined,
      blockSize: { minimum: block, preferred: 65_536, payloadMax: 2 ** 20 },
      extents: () => runsOf(lengths),
    };
    const talk = await servingIn(driver, { replyMode, contexts: [BASE] });
    talk.client.says(requestIn(replyMode, { type: Command.BLOCK_STATUS, length }));
    const [reply] = readReplies(await talk.client.heard());
    await talk.ends();
    expect(reply?.error).toBe(0);
    return reply?.statuses.get(1) ?? [];
  }
});

/** Runs of these lengths, of which no two neighbours are alike, and the rest of the disk. */
function* runsOf(lengths: readonly number[]): Generator<Extent> {
  let at = 0;
  for (const [i, length] of lengths.entries()) {
    yield { length, hole: i % 2 === 0, zero: i % 2 === 0 };
    at += length;
  }
  yield { length: SIZE - at, hole: lengths.length % 2 === 0, zero: false };
}
