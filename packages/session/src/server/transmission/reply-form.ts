/**
 * The form of the replies, agreed in the handshake: simple, structured or extended. One writer of
 * replies serves all three, and a form says only what the bytes around the data look like.
 * Spec: proto.md, "Reply message" and "Structured replies".
 *
 * A reply is one of three things: the data of a READ behind a head, "done" without data, or an error.
 * With `chunks` it may also come in parts, and then errors come with a text.
 */
import type { ErrorCode } from '@nbd/codec';
import type { DataPiece } from './data-piece.ts';
import type { InFlight } from './in-flight.ts';

export interface ReplyForm {
  /** Bytes before the data of a READ. */
  readonly dataHeadBytes: number;
  /** Bytes of a reply that says no more than that the request is done. */
  readonly doneBytes: number;
  /** The error for a READ of more than the largest payload (C-212). */
  readonly readTooLong: ErrorCode;
  /** What only a reply of chunks can say; undefined: the form has none. */
  readonly chunks: ChunkForm | undefined;

  /** The head before all the data of a READ; `last` is true. */
  encodeDataHead(view: DataView, at: number, request: InFlight, last: boolean): void;
  encodeDone(view: DataView, at: number, request: InFlight): void;
  /** Bytes of an error with this text; with `hasOffset` it also says where. */
  measureError(text: string, hasOffset: boolean): number;
  /** Writes `request.error`. */
  encodeError(
    view: DataView,
    at: number,
    request: InFlight,
    text: string,
    offset: number | undefined,
  ): void;
}

export interface ChunkForm {
  readonly holeBytes: number;
  /** Bytes before the extents of a context. */
  readonly statusHeadBytes: number;
  readonly statusExtentBytes: number;
  /** The longest extent that has a place, bytes. */
  readonly statusLengthMax: number;

  /** The head before the data of `piece`, as long as that of a whole READ. `last`: nothing follows it. */
  encodePieceHead(view: DataView, at: number, piece: DataPiece, last: boolean): void;
  /** `length` bytes from `offset` on are zeroes. */
  encodeHole(
    view: DataView,
    at: number,
    request: InFlight,
    offset: number,
    length: number,
    last: boolean,
  ): void;
  /** The head before `count` extents of the context with this id. */
  encodeStatusHead(
    view: DataView,
    at: number,
    request: InFlight,
    contextId: number,
    count: number,
    last: boolean,
  ): void;
  encodeStatusExtent(view: DataView, at: number, length: number, flags: number): void;
}
