import fc from 'fast-check';
import { expect, it } from 'vitest';
import { i32, safe } from '../../test/values.ts';
import { ChunkType } from './chunk-type.ts';
import {
  type ExtendedDataChunk,
  encodeExtendedDataChunk,
  encodeStructuredDataChunk,
  EXTENDED_DATA_CHUNK_BYTES,
  STRUCTURED_DATA_CHUNK_BYTES,
} from './data-chunk.ts';
import { decodeExtendedChunkHeader, EXTENDED_CHUNK_HEADER_BYTES } from './extended-chunk-header.ts';
import { decodeOffsetDataHead } from './offset-data.ts';
import { ReplyFlag } from './reply-flag.ts';
import {
  decodeStructuredChunkHeader,
  STRUCTURED_CHUNK_HEADER_BYTES,
} from './structured-chunk-header.ts';

const chunks: fc.Arbitrary<ExtendedDataChunk> = fc.record({
  cookieHigh: i32,
  cookieLow: i32,
  offset: safe,
  length: fc.integer({ min: 1, max: 0xffff_ffff - 8 }),
  requestOffset: safe,
});

/** What a chunk of `bytes` bytes wrote, from a place in the middle on; nothing around it may change. */
function written(bytes: number, encode: (view: DataView, at: number) => number): DataView {
  const all = new Uint8Array(bytes + 16).fill(0xee);
  expect(encode(new DataView(all.buffer), 8)).toBe(8 + bytes);
  expect([...all.subarray(0, 8), ...all.subarray(8 + bytes)]).toEqual(
    Array.from({ length: 16 }, () => 0xee),
  );
  return new DataView(all.buffer, 8, bytes);
}

const blankHeader = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, length: 0 };

it('C-174 a structured chunk of data is a header of its type, and an offset', () => {
  fc.assert(
    fc.property(chunks, fc.boolean(), (chunk, isLast) => {
      const view = written(STRUCTURED_DATA_CHUNK_BYTES, (to, at) =>
        encodeStructuredDataChunk(to, at, chunk, isLast),
      );
      const { cookieHigh, cookieLow, offset, length } = chunk;
      expect(decodeStructuredChunkHeader(view, 0, { ...blankHeader })).toEqual({
        flags: isLast ? ReplyFlag.DONE : 0,
        type: ChunkType.OFFSET_DATA,
        cookieHigh,
        cookieLow,
        length: 8 + length,
      });
      expect(decodeOffsetDataHead(view, STRUCTURED_CHUNK_HEADER_BYTES, { offset: 0 })).toEqual({
        offset,
      });
    }),
  );
});

it('C-175 an extended chunk of data has the offset of its request too', () => {
  fc.assert(
    fc.property(chunks, fc.boolean(), (chunk, isLast) => {
      const view = written(EXTENDED_DATA_CHUNK_BYTES, (to, at) =>
        encodeExtendedDataChunk(to, at, chunk, isLast),
      );
      const { cookieHigh, cookieLow, offset, length, requestOffset } = chunk;
      expect(decodeExtendedChunkHeader(view, 0, { ...blankHeader, offset: 0 })).toEqual({
        flags: isLast ? ReplyFlag.DONE : 0,
        type: ChunkType.OFFSET_DATA,
        cookieHigh,
        cookieLow,
        offset: requestOffset,
        length: 8 + length,
      });
      expect(decodeOffsetDataHead(view, EXTENDED_CHUNK_HEADER_BYTES, { offset: 0 })).toEqual({
        offset,
      });
    }),
  );
});
