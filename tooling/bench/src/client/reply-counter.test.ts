import {
  ChunkType,
  encodeExtendedChunkHeader,
  encodeSimpleReply,
  encodeStructuredChunkHeader,
  ErrorCode,
  EXTENDED_CHUNK_HEADER_BYTES,
  ReplyFlag,
  SIMPLE_REPLY_BYTES,
} from '@nbd/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplyCounter } from './reply-counter.ts';

/** Replies with `dataBytes` each, of which the one at index `failing` tells of an error. */
function replies(count: number, dataBytes: number, failing = -1): Uint8Array {
  const bytes = new Uint8Array(count * (SIMPLE_REPLY_BYTES + dataBytes)).fill(0xa5);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const error = i === failing ? ErrorCode.EIO : 0;
    at = encodeSimpleReply(view, at, { error, cookieHigh: dataBytes, cookieLow: i });
    if (i !== failing) at += dataBytes;
  }
  return bytes.subarray(0, at);
}

/** Replies of as many chunks each as `chunks` has lengths, of which the first says `type`. */
function chunked(
  form: 'structured' | 'extended',
  count: number,
  chunks: readonly number[],
  type: number = ChunkType.OFFSET_DATA,
): Uint8Array {
  const dataBytes = chunks.reduce((sum, length) => sum + length, 0);
  const headerBytes = chunks.length * EXTENDED_CHUNK_HEADER_BYTES;
  const bytes = new Uint8Array(count * (headerBytes + dataBytes)).fill(0xa5);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (const [index, length] of chunks.entries()) {
      const flags = index === chunks.length - 1 ? ReplyFlag.DONE : 0;
      const fields = { flags, type, cookieHigh: 0, cookieLow: i, length };
      at =
        form === 'structured'
          ? encodeStructuredChunkHeader(view, at, fields)
          : encodeExtendedChunkHeader(view, at, { ...fields, offset: 0 });
      at += length;
    }
  }
  return bytes.subarray(0, at);
}

/** Feeds `bytes` cut into pieces of the sizes in `cuts`, over and over. Answers the sum of the counts. */
function countCut(counter: ReplyCounter, bytes: Uint8Array, cuts: readonly number[]): number {
  // As in a connection, each piece overwrites the one before.
  const view = new DataView(new ArrayBuffer(bytes.length));
  let sum = 0;
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const length = Math.min(cuts[i % cuts.length] ?? 1, bytes.length - from);
    new Uint8Array(view.buffer).set(bytes.subarray(from, from + length));
    sum += counter.count(view, length);
    from += length;
  }
  return sum;
}

const dataBytes = fc.integer({ min: 0, max: 100 });
const cuts = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 10 });
const some = fc.integer({ min: 1, max: 30 });

describe('the reply counter', () => {
  it('counts the same however the bytes are cut', () => {
    fc.assert(
      fc.property(some, dataBytes, cuts, (count, length, pieces) => {
        expect(countCut(new ReplyCounter(), replies(count, length), pieces)).toBe(count);
      }),
    );
  });

  it.each(['structured', 'extended'] as const)(
    'counts %s replies of any number of chunks, however the bytes are cut',
    (form) => {
      const chunks = fc.array(dataBytes, { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(some, chunks, cuts, (count, lengths, pieces) => {
          const bytes = chunked(form, count, lengths);
          expect(countCut(new ReplyCounter(), bytes, pieces)).toBe(count);
        }),
      );
    },
  );

  it('finds a chunk that tells of an error', () => {
    const bytes = chunked('structured', 1, [6], ChunkType.ERROR);
    const message = 'expected a reply without error, found a chunk of type 32769';
    expect(() => countCut(new ReplyCounter(), bytes, [40])).toThrow(message);
  });

  it('counts a reply once its last byte is there', () => {
    const counter = new ReplyCounter();
    const view = new DataView(replies(1, 4).slice().buffer);
    expect(counter.count(view, 19)).toBe(0);
    expect(counter.count(view, 1)).toBe(1);
  });

  it('finds an error in any reply, however the bytes are cut', () => {
    fc.assert(
      fc.property(some, some, dataBytes, cuts, (before, after, length, pieces) => {
        const bytes = replies(before + 1 + after, length, before);
        expect(() => countCut(new ReplyCounter(), bytes, pieces)).toThrow('found EIO');
      }),
    );
  });

  it('finds what is no reply', () => {
    const bytes = replies(2, 4);
    bytes[20] = 0;
    const magic = 'expected the magic of a reply, found 0x446698';
    expect(() => countCut(new ReplyCounter(), bytes, [40])).toThrow(magic);
  });
});
