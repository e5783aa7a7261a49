/**
 * The messages of the hot path: what one small read or write costs in the codec alone. Run by
 * `pnpm bench --micro`.
 */
import {
  EXTENDED_DATA_CHUNK_BYTES,
  EXTENDED_REQUEST_BYTES,
  REQUEST_BYTES,
  SIMPLE_REPLY_BYTES,
  STRUCTURED_CHUNK_HEADER_BYTES,
  STRUCTURED_DATA_CHUNK_BYTES,
  decodeExtendedRequest,
  decodeRequest,
  encodeExtendedDataChunk,
  encodeExtendedRequest,
  encodeRequest,
  encodeSimpleReply,
  encodeStructuredChunkHeader,
  encodeStructuredDataChunk,
} from '../src/index.ts';

/** As many requests as fit in a chunk of 64 KiB from a socket. */
const COUNT = Math.floor(65_536 / REQUEST_BYTES);

const requests = new DataView(new ArrayBuffer(COUNT * REQUEST_BYTES));
const extendedRequests = new DataView(new ArrayBuffer(COUNT * EXTENDED_REQUEST_BYTES));
const replies = new DataView(new ArrayBuffer(COUNT * EXTENDED_DATA_CHUNK_BYTES));
const request = { flags: 0, type: 0, cookieHigh: 1, cookieLow: 2, offset: 2 ** 40, length: 4096 };
const header = { flags: 1, type: 1, cookieHigh: 1, cookieLow: 2, length: 4104 };
const chunk = {
  cookieHigh: 1,
  cookieLow: 2,
  offset: 2 ** 40,
  length: 4096,
  requestOffset: 2 ** 40,
};
const reply = { error: 0, cookieHigh: 1, cookieLow: 2 };

for (let i = 0; i < COUNT; i++) {
  encodeRequest(requests, i * REQUEST_BYTES, request);
  encodeExtendedRequest(extendedRequests, i * EXTENDED_REQUEST_BYTES, request);
}

/** What `pnpm bench --micro` reads of a file: `run` does so many operations. */
interface MicroBench {
  readonly name: string;
  readonly operations: number;
  run(): void;
}

function each(name: string, bytes: number, operation: (at: number) => unknown): MicroBench {
  return {
    name,
    operations: COUNT,
    run(): void {
      for (let i = 0; i < COUNT; i++) operation(i * bytes);
    },
  };
}

export const benches: readonly MicroBench[] = [
  each('decodeRequest', REQUEST_BYTES, (at) => decodeRequest(requests, at, request)),
  each('encodeRequest', REQUEST_BYTES, (at) => encodeRequest(requests, at, request)),
  each('decodeExtendedRequest', EXTENDED_REQUEST_BYTES, (at) =>
    decodeExtendedRequest(extendedRequests, at, request),
  ),
  each('encodeSimpleReply', SIMPLE_REPLY_BYTES, (at) => encodeSimpleReply(replies, at, reply)),
  each('encodeStructuredChunkHeader', STRUCTURED_CHUNK_HEADER_BYTES, (at) =>
    encodeStructuredChunkHeader(replies, at, header),
  ),
  each('encodeStructuredDataChunk', STRUCTURED_DATA_CHUNK_BYTES, (at) =>
    encodeStructuredDataChunk(replies, at, chunk, true),
  ),
  each('encodeExtendedDataChunk', EXTENDED_DATA_CHUNK_BYTES, (at) =>
    encodeExtendedDataChunk(replies, at, chunk, true),
  ),
];
