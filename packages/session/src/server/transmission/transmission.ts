/**
 * The transmission phase: requests in, replies out, in any order.
 * Spec: proto.md, "Transmission".
 *
 *   state    holds when                                  leaves on
 *   request  the next bytes are a request                a header in hand and a free slot
 *   held     a request waits for memory or a RESIZE      room, or nothing else in flight
 *   payload  a WRITE waits for its payload               `length` bytes in hand
 *   skip     a refused request waits for its payload     all of it dropped; then it is answered
 *   ended    nothing more will be read                   never
 *
 * Hot path: no allocation, slice or promise for a request, but for the view that a READ's driver fills.
 */
import { Command, decodeRequest, ErrorCode, REQUEST_BYTES } from '@nbd/codec';
import type { SessionLimits } from '../../limits.ts';
import type { BufferPool } from '../../memory/buffer-pool.ts';
import { UsageError } from '../../usage-error.ts';
import type { EndReason } from '../event.ts';
import type { Inbox } from '../inbox.ts';
import type { Outbox } from '../outbox.ts';
import { Admission } from './admission.ts';
import { checkRequest } from './check-request.ts';
import type { ExportFacts } from './export-facts.ts';
import { InFlight } from './in-flight.ts';
import type { ReplyForm } from './reply-form.ts';
import { ReplyWriter } from './reply-writer.ts';

type State = 'request' | 'held' | 'payload' | 'skip' | 'ended';

export interface TransmissionParts {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly pool: BufferPool;
  readonly limits: SessionLimits;
}

export class Transmission {
  readonly facts: ExportFacts;
  readonly #replies: ReplyWriter;
  readonly #inbox: Inbox;
  readonly #pool: BufferPool;
  readonly #limits: SessionLimits;
  readonly #admission: Admission;
  readonly #free: InFlight[] = [];
  #state: State = 'request';
  #shuttingDown = false;

  /** The request of the states held, payload and skip. */
  #current: InFlight | undefined;
  /** Bytes of the payload of `#current` that are here (payload) or still to be dropped (skip). */
  #progress = 0;

  /** Slots made so far; they are made as they are needed, up to `inFlightMax`. */
  #slots = 0;

  constructor(facts: ExportFacts, form: ReplyForm, parts: TransmissionParts) {
    this.facts = facts;
    this.#replies = new ReplyWriter(form, parts.outbox);
    this.#inbox = parts.inbox;
    this.#pool = parts.pool;
    this.#limits = parts.limits;
    this.#admission = new Admission(parts.limits.inFlightBytesMax, parts.pool);
  }

  /** How many requests the host has. */
  get inFlight(): number {
    return this.#admission.inFlight;
  }

  /** Whether more bytes would help. */
  get wantsBytes(): boolean {
    switch (this.#state) {
      case 'request':
        return this.#hasSlot;
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
    return this.#state === 'held' || (this.#state === 'request' && !this.#hasSlot);
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
      let step: InFlight | EndReason | 'again' | undefined;
      switch (this.#state) {
        case 'request':
          step = this.#readRequest();
          break;
        case 'held':
          step = this.#examine(this.#current as InFlight);
          break;
        case 'payload':
          step = this.#readPayload(this.#current as InFlight);
          break;
        case 'skip':
          step = this.#skipPayload(this.#current as InFlight);
          break;
        case 'ended':
          return undefined;
      }
      if (step !== 'again') return step;
    }
  }

  /** Nothing more will be read. */
  end(): void {
    this.#state = 'ended';
    if (this.#current !== undefined) this.#recycle(this.#current);
    this.#current = undefined;
  }

  /** Makes the place for the data of a READ, in the reply, and lends it to be filled. */
  reserveData(request: InFlight, apart: boolean): Uint8Array {
    this.#mustBeLent(request);
    return this.#replies.reserveData(request, apart);
  }

  /** Copies a borrowed payload, so that it lasts until the reply. */
  keepPayload(request: InFlight): void {
    this.#mustBeLent(request);
    if (request.payloadSlab !== undefined) return;
    const slab = this.#pool.take(request.payload.length);
    slab.bytes.set(request.payload);
    request.payload = slab.bytes.subarray(0, request.payload.length);
    request.payloadSlab = slab;
  }

  /** Answers a request as done; a READ with the data in its reserved place. */
  finish(request: InFlight): void {
    this.#mustBeLent(request);
    if (request.type === Command.READ) this.#replies.data(request);
    else this.#replies.done(request);
    this.#takeBack(request);
  }

  /** Answers a request with an error. */
  fail(request: InFlight, error: ErrorCode): void {
    this.#mustBeLent(request);
    request.error = error;
    this.#replies.error(request);
    this.#takeBack(request);
  }

  get #hasSlot(): boolean {
    return this.#free.length > 0 || this.#slots < this.#limits.inFlightMax;
  }

  #takeSlot(): InFlight {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    this.#slots++;
    return new InFlight();
  }

  #readRequest(): InFlight | EndReason | 'again' | undefined {
    if (!this.#hasSlot || !this.#inbox.header(REQUEST_BYTES)) return undefined;
    const request = decodeRequest(this.#inbox.view, this.#inbox.at, this.#takeSlot());
    if (request.type === Command.DISC) {
      this.#recycle(request);
      return 'disconnected';
    }
    return this.#examine(request);
  }

  /** Decides what becomes of a request: refused, done already, held, or admitted. */
  #examine(request: InFlight): InFlight | EndReason | 'again' | undefined {
    const payloadBytes = request.type === Command.WRITE ? request.length : 0;
    request.error = this.#shuttingDown
      ? ErrorCode.ESHUTDOWN
      : checkRequest(request, this.facts, this.#replies.form.readTooLong);
    if (request.error !== ErrorCode.OK) return this.#refuse(request, payloadBytes);
    if (request.length === 0 && carriesLength(request.type)) {
      this.#replies.done(request);
      this.#recycle(request);
      return 'again';
    }
    return this.#admit(request);
  }

  /** A refused request is answered when its payload has gone by (C-220). */
  #refuse(request: InFlight, payloadBytes: number): EndReason | 'again' {
    if (payloadBytes > this.#limits.payloadDrainBytesMax) {
      this.#replies.error(request);
      this.#recycle(request);
      return 'payload-too-long';
    }
    this.#current = request;
    this.#progress = payloadBytes;
    this.#state = 'skip';
    return 'again';
  }

  /** Lets a request in when there is memory for it; a lone one always passes. */
  #admit(request: InFlight): InFlight | 'again' | undefined {
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

  #readPayload(request: InFlight): InFlight | undefined {
    this.#progress = this.#inbox.fill(request.payload, this.#progress);
    if (this.#progress < request.length) return undefined;
    return this.#lend(request);
  }

  #skipPayload(request: InFlight): 'again' | undefined {
    this.#progress -= this.#inbox.discard(this.#progress);
    if (this.#progress > 0) return undefined;
    this.#replies.error(request);
    this.#current = undefined;
    this.#state = 'request';
    this.#recycle(request);
    return 'again';
  }

  #lend(request: InFlight): InFlight {
    this.#current = undefined;
    this.#state = 'request';
    request.lent = true;
    this.#admission.enter(request);
    return request;
  }

  #takeBack(request: InFlight): void {
    this.#admission.leave(request);
    this.#recycle(request);
  }

  #recycle(request: InFlight): void {
    request.empty();
    this.#free.push(request);
  }

  #mustBeLent(request: InFlight): void {
    if (!request.lent) throw new UsageError('this request has been answered already');
  }
}

/** Whether a length of 0 makes the request a no-op (C-185). */
function carriesLength(type: number): boolean {
  return type !== Command.FLUSH && type !== Command.RESIZE;
}
