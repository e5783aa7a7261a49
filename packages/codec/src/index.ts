/**
 * The NBD wire format: bytes to values and back.
 *
 * A message of fixed size is `X_BYTES`, `encodeX(view, at, x)`, which answers the end of what it
 * wrote, and `decodeX(view, at, target)`, which fills the caller's object. A message of variable
 * size is `measureX(x)`, `encodeX(view, at, x)` and `decodeX(bytes)`, which reads all of `bytes`.
 *
 * What a peer does wrong throws a WireError. What the caller does wrong throws a RangeError: a view
 * that is too short, a string that cannot be sent. Nothing keeps state, and nothing is copied that
 * its docblock does not say.
 *
 * @packageDocumentation
 */

// Conventions
export { DEFAULT_PORT } from './default-port.ts';
export { STRING_BYTES_MAX, decodeText, encodeText, measureText } from './text.ts';
export { readU64, writeU64 } from './u64.ts';
export { WireError, type WireErrorCode } from './wire-error.ts';

// Handshake: flags and numbers
export { ClientFlag } from './handshake/client-flag.ts';
export { HandshakeFlag } from './handshake/handshake-flag.ts';
export { Info } from './handshake/info.ts';
export { Option } from './handshake/option.ts';
export { OptionReply } from './handshake/option-reply.ts';
export { TransmissionFlag } from './handshake/transmission-flag.ts';

// Handshake: greeting
export {
  CLIENT_FLAGS_BYTES,
  type ClientFlags,
  decodeClientFlags,
  encodeClientFlags,
} from './handshake/client-flags.ts';
export {
  GREETING_BYTES,
  GREETING_STYLE_BYTES,
  type Greeting,
  type GreetingStyle,
  decodeGreeting,
  encodeGreeting,
  readGreetingStyle,
} from './handshake/greeting.ts';
export {
  OLDSTYLE_GREETING_BYTES,
  type OldstyleGreeting,
  decodeOldstyleGreeting,
  encodeOldstyleGreeting,
} from './handshake/oldstyle-greeting.ts';

// Handshake: options and their replies
export {
  OPTION_HEADER_BYTES,
  type OptionHeader,
  decodeOptionHeader,
  encodeOptionHeader,
} from './handshake/option-header.ts';
export {
  type InfoRequest,
  decodeInfoRequest,
  encodeInfoRequest,
  measureInfoRequest,
} from './options/info-request.ts';
export {
  type MetaContextRequest,
  decodeMetaContextRequest,
  encodeMetaContextRequest,
  measureMetaContextRequest,
} from './options/meta-context-request.ts';
export {
  OPTION_REPLY_HEADER_BYTES,
  type OptionReplyHeader,
  decodeOptionReplyHeader,
  encodeOptionReplyHeader,
} from './handshake/option-reply-header.ts';
export {
  type ExportNameReply,
  decodeExportNameReply,
  encodeExportNameReply,
  measureExportNameReply,
} from './handshake/export-name-reply.ts';
export {
  type ServerReply,
  decodeServerReply,
  encodeServerReply,
  measureServerReply,
} from './option-replies/server-reply.ts';
export {
  type BlockSizeInfo,
  type DescriptionInfo,
  type ExportInfo,
  type InfoReply,
  type NameInfo,
  type UnknownInfo,
  decodeInfoReply,
  encodeInfoReply,
  measureInfoReply,
} from './option-replies/info-reply.ts';
export {
  type MetaContextReply,
  decodeMetaContextReply,
  encodeMetaContextReply,
  measureMetaContextReply,
} from './option-replies/meta-context-reply.ts';

// Transmission: flags and numbers
export { AllocationFlag } from './transmission/allocation-flag.ts';
export { ChunkType } from './transmission/chunk-type.ts';
export { Command } from './transmission/command.ts';
export { CommandFlag } from './transmission/command-flag.ts';
export { ErrorCode } from './transmission/error-code.ts';
export { ReplyFlag } from './transmission/reply-flag.ts';

// Transmission: requests
export {
  REQUEST_BYTES,
  REQUEST_MAGIC,
  type Request,
  decodeRequest,
  encodeRequest,
} from './transmission/request.ts';
export {
  EXTENDED_REQUEST_BYTES,
  EXTENDED_REQUEST_MAGIC,
  type ExtendedRequest,
  decodeExtendedRequest,
  encodeExtendedRequest,
} from './transmission/extended-request.ts';
export {
  type BlockStatusFilter,
  decodeBlockStatusFilter,
  encodeBlockStatusFilter,
  measureBlockStatusFilter,
} from './transmission/block-status-filter.ts';

// Transmission: replies
export {
  SIMPLE_REPLY_BYTES,
  SIMPLE_REPLY_MAGIC,
  type SimpleReply,
  decodeSimpleReply,
  encodeSimpleReply,
} from './transmission/simple-reply.ts';
export {
  STRUCTURED_CHUNK_HEADER_BYTES,
  STRUCTURED_REPLY_MAGIC,
  type StructuredChunkHeader,
  decodeStructuredChunkHeader,
  encodeStructuredChunkHeader,
} from './transmission/structured-chunk-header.ts';
export {
  EXTENDED_CHUNK_HEADER_BYTES,
  EXTENDED_REPLY_MAGIC,
  type ExtendedChunkHeader,
  decodeExtendedChunkHeader,
  encodeExtendedChunkHeader,
} from './transmission/extended-chunk-header.ts';

// Transmission: payloads of chunks
export {
  OFFSET_DATA_HEAD_BYTES,
  type OffsetDataHead,
  decodeOffsetDataHead,
  encodeOffsetDataHead,
} from './transmission/offset-data.ts';
export {
  type DataChunk,
  EXTENDED_DATA_CHUNK_BYTES,
  type ExtendedDataChunk,
  STRUCTURED_DATA_CHUNK_BYTES,
  encodeExtendedDataChunk,
  encodeStructuredDataChunk,
} from './transmission/data-chunk.ts';
export {
  OFFSET_HOLE_BYTES,
  type OffsetHole,
  decodeOffsetHole,
  encodeOffsetHole,
} from './transmission/offset-hole.ts';
export {
  BLOCK_STATUS_EXTENT_BYTES,
  BLOCK_STATUS_HEAD_BYTES,
  type BlockStatus,
  type BlockStatusExtent,
  type BlockStatusHead,
  decodeBlockStatus,
  decodeBlockStatusExtent,
  decodeBlockStatusHead,
  encodeBlockStatus,
  encodeBlockStatusExtent,
  encodeBlockStatusHead,
  measureBlockStatus,
} from './transmission/block-status.ts';
export {
  BLOCK_STATUS_EXT_EXTENT_BYTES,
  BLOCK_STATUS_EXT_HEAD_BYTES,
  type BlockStatusExt,
  type BlockStatusExtExtent,
  type BlockStatusExtHead,
  decodeBlockStatusExt,
  decodeBlockStatusExtExtent,
  decodeBlockStatusExtHead,
  encodeBlockStatusExt,
  encodeBlockStatusExtExtent,
  encodeBlockStatusExtHead,
  measureBlockStatusExt,
} from './transmission/block-status-ext.ts';
export {
  type ErrorChunk,
  decodeErrorChunk,
  encodeErrorChunk,
  measureErrorChunk,
} from './transmission/error-chunk.ts';
export {
  type ErrorOffsetChunk,
  decodeErrorOffsetChunk,
  encodeErrorOffsetChunk,
  measureErrorOffsetChunk,
} from './transmission/error-offset-chunk.ts';

// Names for logs
export {
  spellAllocationFlags,
  spellChunkType,
  spellClientFlags,
  spellCommand,
  spellCommandFlags,
  spellErrorCode,
  spellHandshakeFlags,
  spellInfo,
  spellOption,
  spellOptionReply,
  spellReplyFlags,
  spellTransmissionFlags,
} from './spell.ts';
