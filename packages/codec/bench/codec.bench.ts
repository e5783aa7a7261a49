/** The messages of the hot path: what one small read or write costs in the codec alone. */
import { bench, describe } from 'vitest';
import {
  REQUEST_BYTES,
  SIMPLE_REPLY_BYTES,
  STRUCTURED_CHUNK_HEADER_BYTES,
  decodeRequest,
  encodeRequest,
  encodeSimpleReply,
  encodeStructuredChunkHeader,
} from '../src/index.ts';

/** As many requests as fit in a chunk of 64 KiB from a socket. */
const COUNT = Math.floor(65_536 / REQUEST_BYTES);

const requests = new DataView(new ArrayBuffer(COUNT * REQUEST_BYTES));
const replies = new DataView(new ArrayBuffer(COUNT * STRUCTURED_CHUNK_HEADER_BYTES));
const request = { flags: 0, type: 0, cookieHigh: 1, cookieLow: 2, offset: 2 ** 40, length: 4096 };
const header = { flags: 1, type: 1, cookieHigh: 1, cookieLow: 2, length: 4104 };
const reply = { error: 0, cookieHigh: 1, cookieLow: 2 };

for (let i = 0; i < COUNT; i++) encodeRequest(requests, i * REQUEST_BYTES, request);

describe(`${COUNT} messages`, () => {
  bench('decodeRequest', () => {
    for (let i = 0; i < COUNT; i++) decodeRequest(requests, i * REQUEST_BYTES, request);
  });

  bench('encodeRequest', () => {
    for (let i = 0; i < COUNT; i++) encodeRequest(requests, i * REQUEST_BYTES, request);
  });

  bench('encodeSimpleReply', () => {
    for (let i = 0; i < COUNT; i++) encodeSimpleReply(replies, i * SIMPLE_REPLY_BYTES, reply);
  });

  bench('encodeStructuredChunkHeader', () => {
    for (let i = 0; i < COUNT; i++) {
      encodeStructuredChunkHeader(replies, i * STRUCTURED_CHUNK_HEADER_BYTES, header);
    }
  });
});
