/**
 * The transmission phase: requests in, replies out, in any order.
 * Spec: proto.md, "Transmission".
 *
 *   state    holds when                                  leaves on
 *   request  the next bytes are a request                a header in hand and a free slot
 *   filter   a BLOCK_STATUS waits for its payload        all of it in hand
 *   held     a request waits for memory or a RESIZE      room, or nothing else in flight
 *   payload  a WRITE waits for its payload               `length` bytes in hand
 *   skip     a refused request waits for its payload     all of it dropped; then it is answered
 *   ended    nothing more will be read                   never
 *
 * Hot path: no allocation, slice or promise for a request, but for the view that a READ's driver fills.
 */
import { Command } from '@nbd/codec';
import type { SessionLimits } from '../../limits.ts';
import type { BufferPool } from '../../memory/buffer-pool.ts';
import type { EndReason } from '../event.ts';
import type { Inbox } from '../../memory/inbox.ts';
import type { Outbox } from '../outbox.ts';
import { Admission } from './admission.ts';
import { Answers } from './answers.ts';
import { checkRequest, type RequestRules, requestRules } from './check-request.ts';
import { Chunks } from './chunks.ts';
import type { ExportFacts } from './export-facts.ts';
import { errorOfFault, type Fault } from './fault.ts';
import { formsOf } from './forms.ts';
import type { InFlight } from './in-flight.ts';
import { applyFilter, hasFilter } from './payload-rules.ts';
import { ReplyWriter } from './reply-writer.ts';
import type { RequestForm } from './request-form.ts';
import { Slots } from './slots.ts';
import type { Terms } from '../../agreement/terms.ts';

type State = 'request' | 'filter' | 'held' | 'payload' | 'skip' | 'ended';
type Step = InFlight | EndReason | 'again' | undefined;

/** A WRITE of this much is large. */
const LARGE_BYTES = 256 * 1024;

export interface TransmissionParts {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly pool: BufferPool;
  readonly limits: SessionLimits;
}

export class Transmission {
  readonly answers: Answers;
  /** Answers in parts; undefined: the form has none. */
  readonly chunks: Chunks | undefined;
  /** Whether the last request was a large WRITE, which seldom comes alone, and was not refused. Set in here. */
  expectsLarge = false;
  readonly #rules: RequestRules;
  readonly #terms: Terms;
  readonly #requestForm: RequestForm;
  readonly #replies: ReplyWriter;
  readonly #inbox: Inbox;
  readonly #pool: BufferPool;
  readonly #limits: SessionLimits;
  readonly #admission: Admission;
  readonly #slots: Slots;
  #state: State = 'request';
  #shuttingDown = false;

  /** The request of the states filter, held, payload and skip. */
  #current: InFlight | undefined;
  /** Bytes of the payload of `#current` that are here (payload) or still to be dropped (skip). */
  #progress = 0;

  constructor(
    facts: ExportFacts,
    terms: Terms,
    { inbox, outbox, pool, limits }: TransmissionParts,
  ) {
    const forms = formsOf(terms.replyMode);
    const replies = new ReplyWriter(forms.replies, facts, terms, outbox, limits.extentsMax);
    const inChunks = replies.form.chunks !== undefined;
    const admission = new Admission(limits, pool, inChunks);
    const slots = new Slots(limits.inFlightMax);
    this.answers = new Answers({ replies, admission, slots, pool });
    this.chunks = inChunks ? new Chunks(replies, this.answers) : undefined;
    this.#rules = requestRules(facts, terms);
    this.#terms = terms;
    this.#requestForm = forms.requests;
    this.#replies = replies;
    this.#inbox = inbox;
    this.#pool = pool;
    this.#limits = limits;
    this.#admission = admission;
    this.#slots = slots;
  }

  /** How many requests the host has. */
  get inFlight(): number {
    return this.#admission.inFlight;
  }

  /** Whether more bytes would help. */
  get wantsBytes(): boolean {
    switch (this.#state) {
      case 'request':
        return this.#slots.hasFree;
      case 'filter':
      case 'payload':
      case 'skip':
        return true;
      case 'held':
      case 'ended':
        return false;
    }
  }

  /** Whether the stream may end here: no message is half read. */
  get betweenMessages(): boolean {
    return this.#state === 'request' && this.#inbox.length === 0;
  }

  /** Whether a request is with the host, or its payload on the way. */
  get isBusy(): boolean {
    return this.#admission.inFlight > 0 || this.#state === 'payload' || this.#state === 'held';
  }

  /** Whether what is in hand waits for the host, not for the peer. */
  get waitsForHost(): boolean {
    return this.#state === 'held' || (this.#state === 'request' && !this.#slots.hasFree);
  }

  /**
   * Where the next bytes belong; undefined: they must be looked at first. It is never empty: a payload may wait, all
   * of it there, until the peer is no longer behind.
   */
  get landing(): Uint8Array | undefined {
    if (this.#state !== 'payload' || this.#inbox.length > 0) return undefined;
    const { payload } = this.#current as InFlight;
    return this.#progress < payload.length ? payload.subarray(this.#progress) : undefined;
  }

  /** The first `bytes` of `landing` are there. */
  landed(bytes: number): void {
    this.#progress += bytes;
  }

  /** From now on each new request is answered with ESHUTDOWN (C-282). */
  shutDown(): void {
    this.#shuttingDown = true;
  }

  /**
   * The next request to carry out; a reason when the phase is over; undefined when something must
   * happen first. Requests that break a rule are answered in here.
   *
   * @throws WireError if the stream is not one of requests
   */
  next(): InFlight | EndReason | undefined {
    for (;;) {
      const step = this.#step();
      if (step !== 'again') return step;
    }
  }

  /** Nothing more will be read. */
  end(): void {
    this.#state = 'ended';
    if (this.#current !== undefined) this.#slots.giveBack(this.#current);
    this.#current = undefined;
  }

  #step(): Step {
    switch (this.#state) {
      case 'request':
        return this.#readRequest();
      case 'filter':
        return this.#readFilter(this.#current as InFlight);
      case 'held':
        return this.#examine(this.#current as InFlight);
      case 'payload':
        return this.#readPayload(this.#current as InFlight);
      case 'skip':
        return this.#skipPayload(this.#current as InFlight);
      case 'ended':
        return undefined;
    }
  }

  #readRequest(): Step {
    const form = this.#requestForm;
    if (!this.#slots.hasFree || !this.#inbox.header(form.headerBytes)) return undefined;
    const request = this.#slots.take();
    form.decode(this.#inbox.view, this.#inbox.at, request);
    this.expectsLarge = request.type === Command.WRITE && request.length >= LARGE_BYTES;
    if (request.type === Command.DISC) {
      this.#slots.giveBack(request);
      return 'disconnected';
    }
    if (request.type === Command.BLOCK_STATUS) request.contexts = this.#terms.contexts;
    return this.#examine(request);
  }

  /** Decides what becomes of a request: refused, done already, held, or admitted. */
  #examine(request: InFlight): Step {
    const fault = this.#shuttingDown ? 'shutting-down' : checkRequest(request, this.#rules);
    if (fault !== undefined) return this.#refuse(request, fault);
    if (hasFilter(request)) {
      this.#current = request;
      this.#state = 'filter';
      return 'again';
    }
    if (request.length === 0 && carriesLength(request.type)) {
      this.#replies.done(request);
      this.#slots.giveBack(request);
      return 'again';
    }
    return this.#admit(request);
  }

  /** The payload of a BLOCK_STATUS belongs to its header: it is examined with both. */
  #readFilter(request: InFlight): Step {
    const { payloadBytes } = request;
    if (!this.#inbox.header(payloadBytes)) return undefined;
    const { view, at } = this.#inbox;
    const payload = new Uint8Array(view.buffer, view.byteOffset + at, payloadBytes);
    const fault = applyFilter(request, payload, this.#terms.contexts);
    request.payloadBytes = 0;
    return fault === undefined ? this.#examine(request) : this.#refuse(request, fault);
  }

  /** A refused request is answered when its payload has gone by (C-220). */
  #refuse(request: InFlight, fault: Fault): Step {
    const { type, payloadBytes } = request;
    request.fault = fault;
    request.error = errorOfFault(fault, type, this.#replies.form.readTooLong);
    if (payloadBytes > this.#limits.payloadDrainBytesMax) {
      this.#replies.error(request, undefined);
      this.#slots.giveBack(request);
      this.#current = undefined;
      return 'payload-too-long';
    }
    this.#current = request;
    this.#progress = payloadBytes;
    this.#state = 'skip';
    this.expectsLarge = false; // what goes by lands nowhere
    return 'again';
  }

  /** Lets a request in when there is memory for it; a lone one always passes. */
  #admit(request: InFlight): Step {
    if (!this.#admission.allows(request)) {
      this.#current = request;
      this.#state = 'held';
      return undefined;
    }
    this.#current = undefined;
    if (request.type !== Command.WRITE) return this.#lend(request);
    const payload = this.#inbox.lend(request.length);
    if (payload !== undefined) {
      request.payload = payload;
      return this.#lend(request);
    }
    const slab = this.#pool.take(request.length);
    request.payloadSlab = slab;
    request.payload = slab.bytes.subarray(0, request.length);
    this.#current = request;
    this.#progress = 0;
    this.#state = 'payload';
    return 'again';
  }

  /** While the payload came another connection may have made the disk smaller (C-240). */
  #readPayload(request: InFlight): Step {
    this.#progress = this.#inbox.fill(request.payload, this.#progress);
    if (this.#progress < request.length) return undefined;
    request.payloadBytes = 0;
    const fault = checkRequest(request, this.#rules);
    return fault === undefined ? this.#lend(request) : this.#refuse(request, fault);
  }

  #skipPayload(request: InFlight): 'again' | undefined {
    this.#progress -= this.#inbox.discard(this.#progress);
    if (this.#progress > 0) return undefined;
    this.#replies.error(request, undefined);
    this.#current = undefined;
    this.#state = 'request';
    this.#slots.giveBack(request);
    return 'again';
  }

  #lend(request: InFlight): InFlight {
    this.#current = undefined;
    this.#state = 'request';
    request.lent = true;
    this.#admission.enter(request);
    return request;
  }
}

/** Whether a length of 0 makes the request a no-op (C-185). */
function carriesLength(type: number): boolean {
  return type !== Command.FLUSH && type !== Command.RESIZE;
}
