/** Replies of a server to requests of a `ClientSession`, as bytes. */
import {
  ChunkType,
  encodeBlockStatus,
  encodeBlockStatusExt,
  encodeErrorChunk,
  encodeErrorOffsetChunk,
  encodeExtendedChunkHeader,
  encodeOffsetDataHead,
  encodeOffsetHole,
  encodeSimpleReply,
  encodeStructuredChunkHeader,
  EXTENDED_CHUNK_HEADER_BYTES,
  measureBlockStatus,
  measureBlockStatusExt,
  measureErrorChunk,
  measureErrorOffsetChunk,
  OFFSET_DATA_HEAD_BYTES,
  OFFSET_HOLE_BYTES,
  ReplyFlag,
  SIMPLE_REPLY_BYTES,
  STRUCTURED_CHUNK_HEADER_BYTES,
} from '@nbd/codec';
import type { StatusExtent } from '../../src/index.ts';
import { concat, written } from '../client-bytes.ts';

/** Which request a reply is to. */
export interface Cookie {
  readonly cookieHigh: number;
  readonly cookieLow: number;
  /** Of the request; only extended heads tell it. */
  readonly offset: number;
}

const NOTHING = new Uint8Array(0);

/** What must be remembered of a request, which is used again. */
export function cookieOf({ cookieHigh, cookieLow, offset }: Cookie): Cookie {
  return { cookieHigh, cookieLow, offset };
}

export function simple(cookie: Cookie, code = 0, content: Uint8Array = NOTHING): Uint8Array {
  const head = written(SIMPLE_REPLY_BYTES, (view) =>
    encodeSimpleReply(view, 0, { ...cookie, error: code }),
  );
  return concat(head, content);
}

/** The payload of a chunk, and what the chunk is. */
export interface Payload {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** A chunk that is not the last of its reply, in the structured form. */
export function chunk(cookie: Cookie, payload: Payload, flags = 0): Uint8Array {
  const { type, bytes } = payload;
  const head = { ...cookie, flags, type, length: bytes.length };
  return concat(
    written(STRUCTURED_CHUNK_HEADER_BYTES, (view) => encodeStructuredChunkHeader(view, 0, head)),
    bytes,
  );
}

/** The last chunk of a reply, in the structured form. */
export function lastChunk(cookie: Cookie, payload: Payload): Uint8Array {
  return chunk(cookie, payload, ReplyFlag.DONE);
}

/** A chunk that is not the last of its reply, in the extended form. */
export function extendedChunk(cookie: Cookie, payload: Payload, flags = 0): Uint8Array {
  const { type, bytes } = payload;
  const head = { ...cookie, flags, type, length: bytes.length };
  return concat(
    written(EXTENDED_CHUNK_HEADER_BYTES, (view) => encodeExtendedChunkHeader(view, 0, head)),
    bytes,
  );
}

/** The last chunk of a reply, in the extended form. */
export function lastExtendedChunk(cookie: Cookie, payload: Payload): Uint8Array {
  return extendedChunk(cookie, payload, ReplyFlag.DONE);
}

export const NONE: Payload = { type: ChunkType.NONE, bytes: NOTHING };

export function data(offset: number, bytes: Uint8Array): Payload {
  const head = written(OFFSET_DATA_HEAD_BYTES, (view) => encodeOffsetDataHead(view, 0, { offset }));
  return { type: ChunkType.OFFSET_DATA, bytes: concat(head, bytes) };
}

export function hole(offset: number, length: number): Payload {
  const bytes = written(OFFSET_HOLE_BYTES, (view) => encodeOffsetHole(view, 0, { offset, length }));
  return { type: ChunkType.OFFSET_HOLE, bytes };
}

export function status(contextId: number, ...extents: StatusExtent[]): Payload {
  const fields = { contextId, extents };
  const bytes = written(measureBlockStatus(fields), (view) => encodeBlockStatus(view, 0, fields));
  return { type: ChunkType.BLOCK_STATUS, bytes };
}

export function statusExt(contextId: number, ...extents: StatusExtent[]): Payload {
  const fields = { contextId, extents };
  const bytes = written(measureBlockStatusExt(fields), (view) =>
    encodeBlockStatusExt(view, 0, fields),
  );
  return { type: ChunkType.BLOCK_STATUS_EXT, bytes };
}

export function error(code: number, message = ''): Payload {
  const fields = { error: code, message };
  const bytes = written(measureErrorChunk(fields), (view) => encodeErrorChunk(view, 0, fields));
  return { type: ChunkType.ERROR, bytes };
}

export function errorAt(code: number, offset: number, message = ''): Payload {
  const fields = { error: code, message, offset };
  const bytes = written(measureErrorOffsetChunk(fields), (view) =>
    encodeErrorOffsetChunk(view, 0, fields),
  );
  return { type: ChunkType.ERROR_OFFSET, bytes };
}
