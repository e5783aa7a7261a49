/**
 * The form of the replies, agreed in the handshake: simple, structured or extended. One writer of
 * replies serves all three, and a form says only what the bytes around the data look like.
 * Spec: proto.md, "Reply message".
 *
 * A reply is one of three things: the data of a READ behind a head, "done" without data, or an error.
 */
import type { ErrorCode } from '@nbd/codec';
import type { InFlight } from './in-flight.ts';

export interface ReplyForm {
  /** Bytes before the data of a READ. */
  readonly dataHeadBytes: number;
  /** Bytes of a reply that says no more than that the request is done. */
  readonly doneBytes: number;
  /** Bytes of a reply that says no more than which error there was. */
  readonly errorBytes: number;
  /** The error for a READ of more than the largest payload (C-212). */
  readonly readTooLong: ErrorCode;
  encodeDataHead(view: DataView, at: number, request: InFlight): void;
  encodeDone(view: DataView, at: number, request: InFlight): void;
  /** Writes `request.error`. */
  encodeError(view: DataView, at: number, request: InFlight): void;
}
