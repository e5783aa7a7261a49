/**
 * A request on its way: one slot, from the call that made it until the event after its answer.
 *
 * Hot path: slots are made when more requests are in flight than ever before, and refilled else.
 */
import type { Request } from '@nbd/codec';
import type { MetaContext } from '../../agreement/terms.ts';
import type { ClientFailure } from './client-failure.ts';
import type { Coverage } from './coverage.ts';

const NOTHING = new Uint8Array(0);

/** One part of the export and what a context says of it. */
export interface StatusExtent {
  /** Bytes, at least 1; the last may reach past the end of the request. */
  readonly length: number;
  /** As the context defines them: AllocationFlag bits for "base:allocation". */
  readonly flags: number;
}

/**
 * A request is over, for better or worse; told exactly once for each. The request is the host's until the
 * next call of `nextEvent`, and then used again.
 */
export interface Answered {
  readonly kind: 'answered';
  /** `failure` says whether it failed, and `statuses` what a BLOCK_STATUS found. */
  readonly request: ClientRequest;
}

/** What one context says, from the offset of the request on, maybe of less than was asked for. */
export interface ContextStatus {
  readonly context: MetaContext;
  readonly extents: readonly StatusExtent[];
}

/** A request of the client, the session's until it is answered. */
export class ClientRequest implements Request {
  /** CommandFlag bits, as sent. Kept by the session. */
  flags = 0;
  /** A Command. Kept by the session. */
  type = 0;
  /** The cookie is that of no other request in flight, nor of the last 2^32. Kept by the session. */
  cookieHigh = 0;
  readonly cookieLow: number;
  /** Bytes from the start of the export; the new size for RESIZE. Kept by the session. */
  offset = 0;
  /** Bytes, of the range or the data. Kept by the session. */
  length = 0;

  /** The host's own, undefined at first: what it must remember to act on the answer. */
  tag: unknown = undefined;

  /** Where the data of a READ goes; empty for all others. Kept by the session. */
  target: Uint8Array = NOTHING;
  /** Why it failed; undefined: it did not. Valid once it is answered. Kept by the session. */
  failure: ClientFailure | undefined;
  /** What a BLOCK_STATUS that did not fail found, one for each context; the host's to keep. Kept by the session. */
  statuses: ContextStatus[] = [];

  /** Whether it waits for its answer. Kept by the session. */
  inFlight = false;
  /** Whether one content chunk has taken up all of `target`. Kept by the session. */
  isWhole = false;
  /** What content chunks have taken up of `target`, if it was not one for all. Kept by the session. */
  coverage: Coverage | undefined;
  /** The contexts that a BLOCK_STATUS asks for. Kept by the session. */
  contexts: readonly MetaContext[] = [];

  /** The event that tells the answer, made once. */
  readonly answered: Answered = { kind: 'answered', request: this };

  /** `slot` is the lower half of its cookies. */
  constructor(slot: number) {
    this.cookieLow = slot;
  }

  /** Forgets everything that it holds. */
  empty(): void {
    this.tag = undefined;
    this.target = NOTHING;
    this.failure = undefined;
    if (this.statuses.length > 0) this.statuses = [];
    this.isWhole = false;
    this.coverage = undefined;
    this.contexts = [];
  }
}
