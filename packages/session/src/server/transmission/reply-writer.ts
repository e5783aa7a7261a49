/**
 * Writes replies into the outbox, in whatever form was agreed on.
 *
 * The data of a READ is read straight into its place behind the head, which is written last; or it leaves from where
 * the disk has it, behind a head of its own.
 *
 * Hot path.
 */
import { UsageError } from '../../usage-error.ts';
import type { Slab } from '../../memory/buffer-pool.ts';
import type { Outbox } from '../outbox.ts';
import { DataPiece } from './data-piece.ts';
import { explainError } from './explain-error.ts';
import type { ExportFacts } from './export-facts.ts';
import type { InFlight } from './in-flight.ts';
import type { ChunkForm, ReplyForm } from './reply-form.ts';
import { StatusChunk } from './status-chunk.ts';
import type { Terms } from '../../agreement/terms.ts';

export class ReplyWriter {
  readonly form: ReplyForm;
  /** Error replies that were written, by ErrorCode. */
  readonly errors: Map<number, number> = new Map();
  readonly #facts: ExportFacts;
  readonly #terms: Terms;
  readonly #outbox: Outbox;
  readonly #extentsMax: number;

  constructor(
    form: ReplyForm,
    facts: ExportFacts,
    terms: Terms,
    outbox: Outbox,
    extentsMax: number,
  ) {
    this.form = form;
    this.#extentsMax = extentsMax;
    this.#facts = facts;
    this.#terms = terms;
    this.#outbox = outbox;
  }

  /** Makes room for head and data, and lends the part for the data. `apart`: in a slab of its own. */
  reserveData(request: InFlight, apart: boolean): Uint8Array {
    const head = this.form.dataHeadBytes;
    this.#outbox.reserve(head + request.length, apart);
    const { slab, at } = this.#outbox;
    request.replySlab = slab;
    request.replyAt = at;
    return slab.window(at + head, request.length);
  }

  /** The reply with the data in its reserved place, or lent. */
  data(request: InFlight): void {
    const { replySlab, replyAt, length, lentData } = request;
    if (replySlab === undefined) throw new UsageError('a READ needs its data reserved');
    if (lentData === undefined) {
      this.form.encodeDataHead(replySlab.view, replyAt, request, true);
      this.#outbox.commit(replySlab, replyAt, replyAt + this.form.dataHeadBytes + length);
      return;
    }
    const { slab, at } = this.#headApart(replySlab);
    this.form.encodeDataHead(slab.view, at, request, true);
    this.#lendBehindHead(lentData);
  }

  /** The reply that says no more than "done". */
  done(request: InFlight): void {
    const { doneBytes } = this.form;
    this.#outbox.reserve(doneBytes, false);
    const { slab, at } = this.#outbox;
    this.form.encodeDone(slab.view, at, request);
    this.#outbox.commit(slab, at, at + doneBytes);
  }

  /**
   * The reply, or the end of it, that tells `request.error`, and if the form can, why, and at which `offset`.
   * A place reserved for data is given up.
   */
  error(request: InFlight, offset: number | undefined): void {
    request.replySlab?.release();
    this.errors.set(request.error, (this.errors.get(request.error) ?? 0) + 1);
    const { form } = this;
    const text = form.chunks === undefined ? '' : explainError(request, this.#facts, this.#terms);
    const bytes = form.measureError(text, offset !== undefined);
    this.#outbox.reserve(bytes, false);
    const { slab, at } = this.#outbox;
    form.encodeError(slab.view, at, request, text, offset);
    this.#outbox.commit(slab, at, at + bytes);
  }

  /** Makes room for a chunk of `length` bytes of the data of a READ. */
  reservePiece(request: InFlight, offset: number, length: number, apart: boolean): DataPiece {
    const head = this.form.dataHeadBytes;
    this.#outbox.reserve(head + length, apart);
    const { slab, at } = this.#outbox;
    return new DataPiece(request, offset, slab.window(at + head, length), slab, at);
  }

  piece(piece: DataPiece, last: boolean): void {
    const { slab, at, length, lentData } = piece;
    if (lentData === undefined) {
      this.#chunks().encodePieceHead(slab.view, at, piece, last);
      this.#outbox.commit(slab, at, at + this.form.dataHeadBytes + length);
      return;
    }
    const head = this.#headApart(slab);
    this.#chunks().encodePieceHead(head.slab.view, head.at, piece, last);
    this.#lendBehindHead(lentData);
  }

  hole(request: InFlight, offset: number, length: number, last: boolean): void {
    const form = this.#chunks();
    this.#outbox.reserve(form.holeBytes, false);
    const { slab, at } = this.#outbox;
    form.encodeHole(slab.view, at, request, offset, length, last);
    this.#outbox.commit(slab, at, at + form.holeBytes);
  }

  status(request: InFlight, contextId: number): StatusChunk {
    const { blockMinimum } = this.#facts;
    return new StatusChunk(
      request,
      contextId,
      blockMinimum,
      this.#chunks(),
      this.#outbox,
      this.#extentsMax,
    );
  }

  /** Gives up a place that was reserved for a head and its data, and makes one for the head alone. */
  #headApart(reserved: Slab): Outbox {
    reserved.release();
    this.#outbox.reserve(this.form.dataHeadBytes, false);
    return this.#outbox;
  }

  #lendBehindHead(data: Uint8Array): void {
    const { slab, at } = this.#outbox;
    this.#outbox.commit(slab, at, at + this.form.dataHeadBytes);
    this.#outbox.lend(data);
  }

  #chunks(): ChunkForm {
    if (this.form.chunks === undefined) throw new UsageError('simple replies have no chunks');
    return this.form.chunks;
  }
}
