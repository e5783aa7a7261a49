/**
 * What becomes of requests: the reply, the counts, and what the observer is told of a failure.
 *
 * Hot path: an answer given at once costs no promise and no closure.
 */
import { Command, type ErrorCode } from '@nbd/codec';
import type { Awaitable } from '@nbd/driver';
import type { ServerSession } from '../server/server-session.ts';
import type { InFlight } from '../server/transmission/in-flight.ts';
import { isPromise } from './emulate.ts';
import { errorCodeFor, isDiskFailure } from './error-code.ts';
import type { Observer, Tally } from './observer.ts';

export interface OutcomesParts {
  readonly session: ServerSession;
  readonly observer: Observer;
  readonly tally: Tally;
  /** Called when something was answered outside of a turn. */
  readonly answered: () => void;
}

export class Outcomes {
  readonly answered: () => void;
  readonly #session: ServerSession;
  readonly #observer: Observer;
  readonly #tally: Tally;

  constructor({ session, observer, tally, answered }: OutcomesParts) {
    this.answered = answered;
    this.#session = session;
    this.#observer = observer;
    this.#tally = tally;
  }

  /** A request goes to the disk. */
  begin({ type }: InFlight): void {
    this.#tally.requests[type] = (this.#tally.requests[type] ?? 0) + 1;
  }

  /** Answers the request as the disk does, now or later. */
  settle(request: InFlight, answer: Awaitable<void>): void {
    if (answer === undefined || !isPromise(answer)) {
      this.finish(request);
      return;
    }
    void answer
      .then(
        () => this.finish(request),
        (error: unknown) => this.fail(request, error),
      )
      .then(this.answered);
  }

  finish(request: InFlight): void {
    if (request.type === Command.READ) this.countRead(request.length);
    else if (request.type === Command.WRITE) this.#tally.bytesWritten += request.length;
    this.#session.finish(request);
  }

  /** A READ of `bytes` was answered. */
  countRead(bytes: number): void {
    this.#tally.bytesRead += bytes;
  }

  /** Answers that the disk has failed; `at` is where, if that is less than all of the request. */
  fail(request: InFlight, error: unknown, at?: number): void {
    const { type, offset, length } = request;
    const code: ErrorCode = errorCodeFor(error, request);
    this.#tally.failures++;
    this.#session.fail(request, code, at);
    this.#observer.requestFailed?.({
      error,
      isBug: !isDiskFailure(error),
      type,
      offset,
      length,
      code,
    });
  }
}
