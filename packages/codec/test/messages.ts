/**
 * The register of all messages. The properties of `properties.test.ts` hold for each entry, so a
 * new message is one entry here and one in `reference.ts`.
 */
import fc from 'fast-check';
import * as codec from '../src/index.ts';
import { fixed, type Message, variable } from './message.ts';
import { u16, i32, u32, safe, text } from './values.ts';

const cookie = { cookieHigh: i32, cookieLow: i32 };
const requestFields = { flags: u16, type: u16, ...cookie, offset: safe };
const blankRequest = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, offset: 0, length: 0 };
const blankChunkHeader = { flags: 0, type: 0, cookieHigh: 0, cookieLow: 0, length: 0 };
const atLeastOne = fc.integer({ min: 1, max: 0xffff_ffff });
const error = fc.record({ error: u32, message: text });
const extent = fc.record({ length: atLeastOne, flags: u32 });
const wideExtent = fc.record({ length: safe.filter((length) => length > 0), flags: safe });

export const messages: readonly Message[] = [
  // Handshake
  fixed(
    'Greeting',
    codec.GREETING_BYTES,
    fc.record({ handshakeFlags: u16 }),
    { handshakeFlags: 0 },
    codec.encodeGreeting,
    codec.decodeGreeting,
  ),
  fixed(
    'OldstyleGreeting',
    codec.OLDSTYLE_GREETING_BYTES,
    fc.record({ size: safe, transmissionFlags: u16, handshakeFlags: u16 }),
    { size: 0, transmissionFlags: 0, handshakeFlags: 0 },
    codec.encodeOldstyleGreeting,
    codec.decodeOldstyleGreeting,
  ),
  fixed(
    'ClientFlags',
    codec.CLIENT_FLAGS_BYTES,
    fc.record({ clientFlags: u32 }),
    { clientFlags: 0 },
    codec.encodeClientFlags,
    codec.decodeClientFlags,
  ),
  fixed(
    'OptionHeader',
    codec.OPTION_HEADER_BYTES,
    fc.record({ option: u32, length: u32 }),
    { option: 0, length: 0 },
    codec.encodeOptionHeader,
    codec.decodeOptionHeader,
  ),
  fixed(
    'OptionReplyHeader',
    codec.OPTION_REPLY_HEADER_BYTES,
    fc.record({ option: u32, type: u32, length: u32 }),
    { option: 0, type: 0, length: 0 },
    codec.encodeOptionReplyHeader,
    codec.decodeOptionReplyHeader,
  ),
  variable(
    'ExportNameReply',
    fc.record({ size: safe, transmissionFlags: u16, zeroes: fc.boolean() }),
    codec.measureExportNameReply,
    codec.encodeExportNameReply,
    codec.decodeExportNameReply,
  ),

  // Options and their replies
  variable('Text', text, codec.measureText, codec.encodeText, codec.decodeText),
  variable(
    'InfoRequest',
    fc.record({ exportName: text, infos: fc.array(u16) }),
    codec.measureInfoRequest,
    codec.encodeInfoRequest,
    codec.decodeInfoRequest,
  ),
  variable(
    'MetaContextRequest',
    fc.record({ exportName: text, queries: fc.array(text) }),
    codec.measureMetaContextRequest,
    codec.encodeMetaContextRequest,
    codec.decodeMetaContextRequest,
  ),
  variable(
    'ServerReply',
    fc.record({ name: text, description: text }),
    codec.measureServerReply,
    codec.encodeServerReply,
    codec.decodeServerReply,
  ),
  variable(
    'InfoReply',
    fc.oneof(
      fc.record({ kind: fc.constant('export' as const), size: safe, transmissionFlags: u16 }),
      fc.record({ kind: fc.constant('name' as const), name: text }),
      fc.record({ kind: fc.constant('description' as const), description: text }),
      fc.record({
        kind: fc.constant('block-size' as const),
        minimum: u32,
        preferred: u32,
        payloadMax: u32,
      }),
      fc.record({
        kind: fc.constant('unknown' as const),
        info: fc.integer({ min: 4, max: 0xffff }),
        data: fc.uint8Array(),
      }),
    ),
    codec.measureInfoReply,
    codec.encodeInfoReply,
    codec.decodeInfoReply,
  ),
  variable(
    'MetaContextReply',
    fc.record({ contextId: u32, name: text.filter((name) => name !== '') }),
    codec.measureMetaContextReply,
    codec.encodeMetaContextReply,
    codec.decodeMetaContextReply,
  ),

  // Transmission: requests
  fixed(
    'Request',
    codec.REQUEST_BYTES,
    fc.record({ ...requestFields, length: u32 }),
    blankRequest,
    codec.encodeRequest,
    codec.decodeRequest,
  ),
  fixed(
    'ExtendedRequest',
    codec.EXTENDED_REQUEST_BYTES,
    fc.record({ ...requestFields, length: safe }),
    blankRequest,
    codec.encodeExtendedRequest,
    codec.decodeExtendedRequest,
  ),
  variable(
    'BlockStatusFilter',
    fc.record({ effectLength: safe, contextIds: fc.array(u32) }),
    codec.measureBlockStatusFilter,
    codec.encodeBlockStatusFilter,
    codec.decodeBlockStatusFilter,
  ),

  // Transmission: replies
  fixed(
    'SimpleReply',
    codec.SIMPLE_REPLY_BYTES,
    fc.record({ error: u32, ...cookie }),
    { error: 0, cookieHigh: 0, cookieLow: 0 },
    codec.encodeSimpleReply,
    codec.decodeSimpleReply,
  ),
  fixed(
    'StructuredChunkHeader',
    codec.STRUCTURED_CHUNK_HEADER_BYTES,
    fc.record({ flags: u16, type: u16, ...cookie, length: u32 }),
    blankChunkHeader,
    codec.encodeStructuredChunkHeader,
    codec.decodeStructuredChunkHeader,
  ),
  fixed(
    'ExtendedChunkHeader',
    codec.EXTENDED_CHUNK_HEADER_BYTES,
    fc.record({ ...requestFields, length: safe }),
    { ...blankChunkHeader, offset: 0 },
    codec.encodeExtendedChunkHeader,
    codec.decodeExtendedChunkHeader,
  ),

  // Transmission: payloads of chunks
  fixed(
    'OffsetDataHead',
    codec.OFFSET_DATA_HEAD_BYTES,
    fc.record({ offset: safe }),
    { offset: 0 },
    codec.encodeOffsetDataHead,
    codec.decodeOffsetDataHead,
  ),
  fixed(
    'OffsetHole',
    codec.OFFSET_HOLE_BYTES,
    fc.record({ offset: safe, length: atLeastOne }),
    { offset: 0, length: 0 },
    codec.encodeOffsetHole,
    codec.decodeOffsetHole,
  ),
  fixed(
    'BlockStatusHead',
    codec.BLOCK_STATUS_HEAD_BYTES,
    fc.record({ contextId: u32 }),
    { contextId: 0 },
    codec.encodeBlockStatusHead,
    codec.decodeBlockStatusHead,
  ),
  fixed(
    'BlockStatusExtent',
    codec.BLOCK_STATUS_EXTENT_BYTES,
    extent,
    { length: 0, flags: 0 },
    codec.encodeBlockStatusExtent,
    codec.decodeBlockStatusExtent,
  ),
  variable(
    'BlockStatus',
    fc.record({ contextId: u32, extents: fc.array(extent, { minLength: 1 }) }),
    codec.measureBlockStatus,
    codec.encodeBlockStatus,
    codec.decodeBlockStatus,
  ),
  fixed(
    'BlockStatusExtHead',
    codec.BLOCK_STATUS_EXT_HEAD_BYTES,
    fc.record({ contextId: u32, count: u32 }),
    { contextId: 0, count: 0 },
    codec.encodeBlockStatusExtHead,
    codec.decodeBlockStatusExtHead,
  ),
  fixed(
    'BlockStatusExtExtent',
    codec.BLOCK_STATUS_EXT_EXTENT_BYTES,
    wideExtent,
    { length: 0, flags: 0 },
    codec.encodeBlockStatusExtExtent,
    codec.decodeBlockStatusExtExtent,
  ),
  variable(
    'BlockStatusExt',
    fc.record({ contextId: u32, extents: fc.array(wideExtent, { minLength: 1 }) }),
    codec.measureBlockStatusExt,
    codec.encodeBlockStatusExt,
    codec.decodeBlockStatusExt,
  ),
  variable(
    'ErrorChunk',
    error,
    codec.measureErrorChunk,
    codec.encodeErrorChunk,
    codec.decodeErrorChunk,
  ),
  variable(
    'ErrorOffsetChunk',
    fc.record({ error: u32, message: text, offset: safe }),
    codec.measureErrorOffsetChunk,
    codec.encodeErrorOffsetChunk,
    codec.decodeErrorOffsetChunk,
  ),
];

/** The entry called `name`. */
export function messageNamed(name: string): Message {
  const message = messages.find((candidate) => candidate.name === name);
  if (message === undefined) throw new Error(`no message is called ${name}`);
  return message;
}
