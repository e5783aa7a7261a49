/**
 * The host's answers to the requests that it was lent, whole: the data of a READ in one piece, "done", or
 * an error. See `Chunks` for those that come in parts.
 *
 * Hot path.
 */
import { Command, type ErrorCode } from '@nbd/codec';
import type { BufferPool } from '../../memory/buffer-pool.ts';
import { UsageError } from '../../usage-error.ts';
import type { Admission } from './admission.ts';
import type { DataPiece } from './data-piece.ts';
import type { InFlight } from './in-flight.ts';
import type { ReplyWriter } from './reply-writer.ts';
import type { Slots } from './slots.ts';

export interface AnswersParts {
  readonly replies: ReplyWriter;
  readonly admission: Admission;
  readonly slots: Slots;
  readonly pool: BufferPool;
}

export class Answers {
  readonly #replies: ReplyWriter;
  readonly #admission: Admission;
  readonly #slots: Slots;
  readonly #pool: BufferPool;

  constructor({ replies, admission, slots, pool }: AnswersParts) {
    this.#replies = replies;
    this.#admission = admission;
    this.#slots = slots;
    this.#pool = pool;
  }

  /** Error replies so far, by ErrorCode. */
  get errors(): ReadonlyMap<number, number> {
    return this.#replies.errors;
  }

  /** Makes the place for the data of a READ, in the reply, and lends it to be filled. */
  reserveData(request: InFlight, apart: boolean): Uint8Array {
    mustBeLent(request);
    return this.#replies.reserveData(request, apart);
  }

  /** Instead of filling the place of the data of a READ, or of a piece of one, tells where the data lies. */
  lendData(read: InFlight | DataPiece, data: Uint8Array): void {
    mustBeLent(read);
    if (data.length !== read.length) {
      throw new UsageError(`expected ${read.length} bytes of data, found ${data.length}`);
    }
    read.lentData = data;
  }

  /** Copies a borrowed payload, so that it lasts until the reply. */
  keepPayload(request: InFlight): void {
    mustBeLent(request);
    if (request.payloadSlab !== undefined) return;
    const slab = this.#pool.take(request.payload.length);
    slab.bytes.set(request.payload);
    request.payload = slab.bytes.subarray(0, request.payload.length);
    request.payloadSlab = slab;
  }

  /** Answers a request as done; a READ with the data in its reserved place. */
  finish(request: InFlight): void {
    mustBeLent(request);
    if (request.type === Command.READ) this.#replies.data(request);
    else if (request.type !== Command.BLOCK_STATUS) this.#replies.done(request);
    else throw new UsageError('a BLOCK_STATUS is answered by chunks');
    this.takeBack(request);
  }

  /** Answers a request with an error, whatever chunks of it were sent. */
  fail(request: InFlight, error: ErrorCode, offset: number | undefined): void {
    mustBeLent(request);
    request.error = error;
    this.#replies.error(request, offset);
    this.takeBack(request);
  }

  /** The request was answered. */
  takeBack(request: InFlight): void {
    this.#admission.leave(request);
    this.#slots.giveBack(request);
  }
}

/** @throws UsageError unless the host has it */
export function mustBeLent({ lent }: { readonly lent: boolean }): void {
  if (!lent) throw new UsageError('this has been answered already');
}
