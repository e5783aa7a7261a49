/**
 * Calls: requests that are sent until there is an answer that a further one would not change, or time is up.
 */
import { StoreError, type StoreErrorCode } from '@nbd/driver-object-store';
import { backoffMillis, pause } from './backoff.ts';
import type { CredentialSource } from './credential-source.ts';
import type { Endpoint, EndpointRing } from './endpoint-ring.ts';
import { type Answer, ExchangeError } from './exchange.ts';
import { faultOf, prospectOf, spellFault } from './fault.ts';
import type { RequestSigner } from './request-signer.ts';
import type { CallLimits, S3Attempt } from './s3-options.ts';
import { type CallRequest, OutOfTime, sendOnce } from './send-once.ts';
import { SlotGate } from './slot-gate.ts';
import type { StoreClock } from './store-clock.ts';

export interface CallAnswer extends Answer {
  /** The same request was sent before, and nothing says what became of it. */
  readonly isRepeat: boolean;
}

export interface CallerParts {
  readonly ring: EndpointRing;
  readonly signer: RequestSigner;
  readonly credentials: CredentialSource;
  readonly limits: CallLimits;
  readonly clock: StoreClock;
  readonly random: () => number;
  readonly onAttempt: (attempt: S3Attempt) => void;
}

/** What is known of a call between its requests. */
interface CallState {
  /** Aborted with an `OutOfTime` or a `StoreError` when the call is to end. */
  readonly ending: AbortSignal;
  /** Requests so far. */
  attempts: number;
  /** The store may have acted on one of them, or may yet. */
  isUnsure: boolean;
  /** New credentials have been asked for. */
  hasExpired: boolean;
}

/** A request that did not settle the matter, and why. */
interface Setback {
  readonly why: string;
  readonly cause?: unknown;
}

const CLOSED = 'the store is closed';

export class Caller {
  readonly #parts: CallerParts;
  readonly #gate: SlotGate;
  readonly #endings = new Set<AbortController>();
  #isClosed = false;

  constructor(parts: CallerParts) {
    this.#parts = parts;
    this.#gate = new SlotGate(parts.limits.connections, parts.limits.uploads);
  }

  /**
   * Sends `request`, the same bytes each time, until the store has answered for good, be it a success or not.
   * Rejects with a `StoreError` if it never did.
   */
  async call(request: CallRequest, signal?: AbortSignal): Promise<CallAnswer> {
    if (this.#isClosed) throw new StoreError('closed', CLOSED);
    const { clock, limits } = this.#parts;
    const ending = new AbortController();
    const stop = (): void => ending.abort(new StoreError('closed', 'whoever asked has given up'));
    const millis = limits.callTimeout + (request.extraMillis ?? 0);
    const cancelDeadline = clock.after(millis, () => ending.abort(new OutOfTime(millis)));
    this.#endings.add(ending);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted === true) stop();
    try {
      return await this.#insist(request, ending.signal);
    } finally {
      cancelDeadline();
      signal?.removeEventListener('abort', stop);
      this.#endings.delete(ending);
    }
  }

  /** Ends all calls, with "closed". */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const ending of this.#endings) ending.abort(new StoreError('closed', CLOSED));
    await this.#parts.ring.close();
  }

  async #insist(request: CallRequest, ending: AbortSignal): Promise<CallAnswer> {
    const { clock, random } = this.#parts;
    const state: CallState = { ending, attempts: 0, isUnsure: false, hasExpired: false };
    let last: Setback | undefined;
    try {
      for (;;) {
        if (last !== undefined) {
          await pause(clock, backoffMillis(state.attempts, random()), ending);
        }
        state.attempts++;
        const found = await this.#attempt(request, state);
        if ('status' in found) return { ...found, isRepeat: state.isUnsure };
        last = found;
      }
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      const tail =
        last === undefined ? '' : `, the last of ${state.attempts} requests: ${last.why}`;
      const why = `${error.message}${tail}`;
      throw unanswered(request, state, 'unreachable', { why, cause: last?.cause });
    }
  }

  async #attempt(request: CallRequest, state: CallState): Promise<Answer | Setback> {
    const { ring, signer, clock, limits } = this.#parts;
    const lane = request.kind === 'put' ? 'upload' : 'other';
    await this.#gate.enter(lane, state.ending);
    const endpoint = ring.current();
    const start = clock.now();
    const sending = { signer, clock, timeout: limits.requestTimeout, ending: state.ending };
    try {
      const answer = await sendOnce(endpoint, request, sending);
      const setback = this.#judge(answer, endpoint, state);
      this.#report(request, state, start, answer, setback);
      return setback ?? answer;
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      if (error.wasSent) state.isUnsure = true;
      const setback = { why: error.message, cause: error };
      const isLast = state.ending.aborted || error.final !== undefined;
      this.#report(request, state, start, undefined, isLast ? undefined : setback);
      if (state.ending.aborted) throw state.ending.reason;
      if (error.final !== undefined) throw unanswered(request, state, error.final, setback);
      ring.leave(endpoint);
      return setback;
    } finally {
      this.#gate.leave(lane);
    }
  }

  /** Why the answer is not the last one, or undefined if it is. */
  #judge(answer: Answer, endpoint: Endpoint, state: CallState): Setback | undefined {
    if (answer.status < 300) return undefined;
    const fault = faultOf(answer);
    const prospect = prospectOf(fault);
    switch (prospect) {
      case 'final':
        return undefined;
      case 'expired':
        if (state.hasExpired) return undefined;
        state.hasExpired = true;
        this.#parts.credentials.expire();
        break;
      case 'unsure':
        state.isUnsure = true;
        this.#parts.ring.leave(endpoint);
        break;
      case 'refused':
        break;
    }
    return { why: spellFault(fault) };
  }

  #report(
    { kind, payload }: CallRequest,
    { attempts }: CallState,
    start: number,
    answer: Answer | undefined,
    setback: Setback | undefined,
  ): void {
    this.#parts.onAttempt({
      kind,
      attempt: attempts,
      status: answer?.status,
      retry: setback?.why,
      sent: payload.length,
      received: answer?.body.length ?? 0,
      millis: this.#parts.clock.now() - start,
    });
  }
}

/** A request that changes nothing has no effect that one could be unsure of. */
function unanswered(
  { method }: CallRequest,
  { isUnsure }: CallState,
  code: StoreErrorCode,
  { why, cause }: Setback,
): StoreError {
  return new StoreError(isUnsure && method !== 'GET' ? 'ambiguous' : code, why, { cause });
}
