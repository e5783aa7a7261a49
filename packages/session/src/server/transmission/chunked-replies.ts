/**
 * Replies made of chunks: what the structured and the extended form have in common, which is all but
 * the header of a chunk and the size of the extents in a status.
 * Spec: proto.md, "Structured reply chunk message" and "Structured reply types".
 *
 *   reply    chunks
 *   data     OFFSET_DATA and OFFSET_HOLE, the last with DONE
 *   done     NONE with DONE
 *   status   BLOCK_STATUS or BLOCK_STATUS_EXT, one for each context, the last with DONE
 *   error    whatever came before, then ERROR or ERROR_OFFSET with DONE
 */
import {
  ChunkType,
  encodeErrorChunk,
  encodeErrorOffsetChunk,
  encodeOffsetHole,
  ErrorCode,
  type ExtendedChunkHeader,
  type ExtendedDataChunk,
  measureErrorChunk,
  measureErrorOffsetChunk,
  OFFSET_HOLE_BYTES,
  ReplyFlag,
} from '@nbd/codec';
import type { InFlight } from './in-flight.ts';
import type { ChunkForm, ReplyForm } from './reply-form.ts';

/** Where the two forms differ. */
export interface ChunkLayout {
  readonly headerBytes: number;
  encodeHeader(view: DataView, at: number, header: ExtendedChunkHeader, request: InFlight): void;
  readonly dataChunkBytes: number;
  readonly encodeDataChunk: (
    view: DataView,
    at: number,
    chunk: ExtendedDataChunk,
    isLast: boolean,
  ) => void;
  readonly statusType: ChunkType;
  readonly statusHeadBytes: number;
  readonly statusExtentBytes: number;
  readonly statusLengthMax: number;
  encodeStatusHead(
    view: DataView,
    at: number,
    head: { readonly contextId: number; readonly count: number },
  ): void;
  encodeStatusExtent(
    view: DataView,
    at: number,
    extent: { readonly length: number; readonly flags: number },
  ): void;
}

export class ChunkedReplies implements ReplyForm, ChunkForm {
  readonly dataHeadBytes: number;
  readonly encodeDataHead: ChunkLayout['encodeDataChunk'];
  readonly encodePieceHead: ChunkLayout['encodeDataChunk'];
  readonly doneBytes: number;
  readonly readTooLong: ErrorCode = ErrorCode.EOVERFLOW;
  readonly chunks: ChunkForm = this;
  readonly holeBytes: number;
  readonly statusHeadBytes: number;
  readonly statusExtentBytes: number;
  readonly statusLengthMax: number;
  readonly #layout: ChunkLayout;
  /** Filled anew for each chunk, so that none is allocated. */
  readonly #header: ExtendedChunkHeader = {
    flags: 0,
    type: 0,
    cookieHigh: 0,
    cookieLow: 0,
    offset: 0,
    length: 0,
  };

  constructor(layout: ChunkLayout) {
    this.#layout = layout;
    this.dataHeadBytes = layout.dataChunkBytes;
    // Without a call in between: all data goes through it.
    this.encodeDataHead = layout.encodeDataChunk;
    this.encodePieceHead = layout.encodeDataChunk;
    this.doneBytes = layout.headerBytes;
    this.holeBytes = layout.headerBytes + OFFSET_HOLE_BYTES;
    this.statusHeadBytes = layout.headerBytes + layout.statusHeadBytes;
    this.statusExtentBytes = layout.statusExtentBytes;
    this.statusLengthMax = layout.statusLengthMax;
  }

  encodeDone(view: DataView, at: number, request: InFlight): void {
    this.#encodeHeader(view, at, request, ChunkType.NONE, 0, true);
  }

  encodeHole(
    view: DataView,
    at: number,
    request: InFlight,
    offset: number,
    length: number,
    last: boolean,
  ): void {
    const type = ChunkType.OFFSET_HOLE;
    const payloadAt = this.#encodeHeader(view, at, request, type, OFFSET_HOLE_BYTES, last);
    encodeOffsetHole(view, payloadAt, { offset, length });
  }

  measureError(text: string, hasOffset: boolean): number {
    return this.doneBytes + measurePayload(text, hasOffset);
  }

  encodeError(
    view: DataView,
    at: number,
    request: InFlight,
    text: string,
    offset: number | undefined,
  ): void {
    const type = offset === undefined ? ChunkType.ERROR : ChunkType.ERROR_OFFSET;
    const bytes = measurePayload(text, offset !== undefined);
    const payloadAt = this.#encodeHeader(view, at, request, type, bytes, true);
    const chunk = { error: request.error, message: text };
    if (offset === undefined) encodeErrorChunk(view, payloadAt, chunk);
    else encodeErrorOffsetChunk(view, payloadAt, { ...chunk, offset });
  }

  encodeStatusHead(
    view: DataView,
    at: number,
    request: InFlight,
    contextId: number,
    count: number,
    last: boolean,
  ): void {
    const { statusType, statusHeadBytes } = this.#layout;
    const bytes = statusHeadBytes + count * this.statusExtentBytes;
    const payloadAt = this.#encodeHeader(view, at, request, statusType, bytes, last);
    this.#layout.encodeStatusHead(view, payloadAt, { contextId, count });
  }

  encodeStatusExtent(view: DataView, at: number, length: number, flags: number): void {
    this.#layout.encodeStatusExtent(view, at, { length, flags });
  }

  /** Answers where the payload begins. */
  #encodeHeader(
    view: DataView,
    at: number,
    request: InFlight,
    type: number,
    length: number,
    last: boolean,
  ): number {
    const header = this.#header;
    header.flags = last ? ReplyFlag.DONE : 0;
    header.type = type;
    header.cookieHigh = request.cookieHigh;
    header.cookieLow = request.cookieLow;
    header.offset = request.offset;
    header.length = length;
    this.#layout.encodeHeader(view, at, header, request);
    return at + this.#layout.headerBytes;
  }
}

function measurePayload(message: string, hasOffset: boolean): number {
  const chunk = { error: 0, message, offset: 0 };
  return hasOffset ? measureErrorOffsetChunk(chunk) : measureErrorChunk(chunk);
}
