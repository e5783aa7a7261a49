/**
 * Writes replies into the outbox, in whatever form was agreed on.
 *
 * The data of a READ is read straight into its place behind the head, which is written last.
 *
 * Hot path.
 */
import { UsageError } from '../../usage-error.ts';
import type { Outbox } from '../outbox.ts';
import type { InFlight } from './in-flight.ts';
import type { ReplyForm } from './reply-form.ts';

export class ReplyWriter {
  readonly form: ReplyForm;
  readonly #outbox: Outbox;

  constructor(form: ReplyForm, outbox: Outbox) {
    this.form = form;
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

  /** The reply with the data in its reserved place. */
  data(request: InFlight): void {
    const { replySlab, replyAt } = request;
    if (replySlab === undefined) throw new UsageError('a READ needs its data reserved');
    this.form.encodeDataHead(replySlab.view, replyAt, request);
    const end = replyAt + this.form.dataHeadBytes + request.length;
    this.#outbox.commit(replySlab, replyAt, end);
  }

  /** The reply that says no more than "done". */
  done(request: InFlight): void {
    const { doneBytes } = this.form;
    this.#outbox.reserve(doneBytes, false);
    const { slab, at } = this.#outbox;
    this.form.encodeDone(slab.view, at, request);
    this.#outbox.commit(slab, at, at + doneBytes);
  }

  /** The reply that tells `request.error`; a place reserved for data is given up. */
  error(request: InFlight): void {
    request.replySlab?.release();
    const { errorBytes } = this.form;
    this.#outbox.reserve(errorBytes, false);
    const { slab, at } = this.#outbox;
    this.form.encodeError(slab.view, at, request);
    this.#outbox.commit(slab, at, at + errorBytes);
  }
}
