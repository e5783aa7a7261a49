/**
 * Answers that come in parts: the data of a READ piece by piece and with holes, and the statuses of a
 * BLOCK_STATUS. There are none in the simple form.
 * Spec: proto.md, "Structured replies".
 *
 * The parts of a READ may be sent in any order; together they must be all of it, each byte once (C-203).
 * Whatever was sent, `fail` ends the request with an error, and nothing of it is sent after that
 * (C-206). The part that is sent as the `last` ends it too, and must be known to be good (C-205).
 */
import type { Answers } from './answers.ts';
import { mustBeLent } from './answers.ts';
import type { DataPiece } from './data-piece.ts';
import type { InFlight } from './in-flight.ts';
import type { ReplyWriter } from './reply-writer.ts';
import type { StatusChunk } from './status-chunk.ts';

/** `ServerSession.chunks`: answers in parts, where structured or extended replies were agreed on. */
export class Chunks {
  readonly #replies: ReplyWriter;
  readonly #answers: Answers;

  constructor(replies: ReplyWriter, answers: Answers) {
    this.#replies = replies;
    this.#answers = answers;
  }

  /**
   * Makes the place for `length` bytes of a READ from `offset` on, and lends it until `sendPiece` or
   * `dropPiece`. `apart` is as in `ServerSession.reserveData`.
   */
  reservePiece(request: InFlight, offset: number, length: number, apart: boolean): DataPiece {
    mustBeLent(request);
    return this.#replies.reservePiece(request, offset, length, apart);
  }

  /** Sends a piece that is filled, or whose data is lent. */
  sendPiece(piece: DataPiece, last: boolean): void {
    mustBeLent(piece);
    piece.lent = false;
    this.#replies.piece(piece, last);
    if (last) this.#answers.takeBack(piece.request);
  }

  /** Gives up a piece that cannot be filled: nothing of it is sent. */
  dropPiece(piece: DataPiece): void {
    mustBeLent(piece);
    piece.lent = false;
    piece.slab.release();
  }

  /** Tells that a part of a READ is all zeroes; at most 2^32 - 1 bytes, at least 1. */
  sendHole(request: InFlight, offset: number, length: number, last: boolean): void {
    mustBeLent(request);
    this.#replies.hole(request, offset, length, last);
    if (last) this.#answers.takeBack(request);
  }

  /** Begins the status of one of `request.contexts`: to be told, and then sent or dropped. */
  beginStatus(request: InFlight, contextId: number): StatusChunk {
    mustBeLent(request);
    return this.#replies.status(request, contextId);
  }

  /** Sends a status. Each of the contexts has one, in any order (C-251). */
  sendStatus(status: StatusChunk, last: boolean): void {
    mustBeLent(status.request);
    status.commit(last);
    if (last) this.#answers.takeBack(status.request);
  }
}
