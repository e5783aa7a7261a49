/**
 * What becomes of requests: the reply, the counts, and what the observer is told of a failure.
 *
 * Hot path: an answer given at once costs no promise and no closure.
 */
import { Command, ErrorCode, spellCommand } from '@nbd/codec';
import type { Awaitable } from '@nbd/driver';
import type { ServerSession } from '../server/server-session.ts';
import type { InFlight } from '../server/transmission/in-flight.ts';
import { errorCodeFor, isDiskFailure } from './error-code.ts';
import { isPromise } from './is-promise.ts';
import type { Observer, Tally } from './observer.ts';
import type { Stopwatch } from './stopwatch.ts';

export interface OutcomesParts {
  readonly session: ServerSession;
  readonly observer: Observer;
  readonly tally: Tally;
  readonly stopwatch: Stopwatch | undefined;
  /** Called when something was answered outside of a turn. */
  readonly answered: () => void;
  /** Called with what was thrown in place of that. */
  readonly broken: (error: unknown) => void;
}

export class Outcomes {
  readonly answered: () => void;
  readonly broken: (error: unknown) => void;
  readonly #session: ServerSession;
  readonly #observer: Observer;
  readonly #tally: Tally;
  readonly #stopwatch: Stopwatch | undefined;

  constructor({ session, observer, tally, stopwatch, answered, broken }: OutcomesParts) {
    this.answered = answered;
    this.broken = broken;
    this.#session = session;
    this.#observer = observer;
    this.#tally = tally;
    this.#stopwatch = stopwatch;
  }

  /** A request goes to the disk. */
  begin(request: InFlight): void {
    const { type } = request;
    this.#stopwatch?.begins(request);
    this.#tally.requests[type] = (this.#tally.requests[type] ?? 0) + 1;
  }

  /** Answers the request as the disk does, now or later. */
  settle(request: InFlight, answer: Awaitable<void>): void {
    if (answer === undefined || !isPromise(answer)) {
      this.#finish(request);
      return;
    }
    void answer
      .then(
        () => this.#finish(request),
        (error: unknown) => {
          this.diskEnds(request);
          this.fail(request, error);
        },
      )
      .then(this.answered, this.broken);
  }

  /** A READ of `bytes` was answered in pieces. */
  finishRead(request: InFlight, bytes: number): void {
    this.#tally.bytesRead += bytes;
    this.#stopwatch?.answered(request, bytes);
  }

  /** A BLOCK_STATUS was answered. */
  finishStatus(request: InFlight): void {
    this.#stopwatch?.diskEnds(request);
    this.#stopwatch?.answered(request, 0);
  }

  /** The disk has the next part of a READ in pieces, and has had none. */
  diskBegins(request: InFlight): void {
    this.#stopwatch?.diskBegins(request);
  }

  /** The disk has nothing of the request any more. `settle` and `finishStatus` see to it themselves. */
  diskEnds(request: InFlight): void {
    this.#stopwatch?.diskEnds(request);
  }

  /**
   * Answers that the disk has failed; `at` is where, if that is less than all of the request. A disk that refuses a FAST_ZERO
   * as slow has not failed, but said what it was asked (C-234).
   */
  fail(request: InFlight, error: unknown, at?: number): void {
    const { type, offset, length } = request;
    const code = errorCodeFor(error, request);
    this.#stopwatch?.answered(request, 0);
    this.#session.fail(request, code, at);
    if (code === ErrorCode.ENOTSUP) return;
    this.#tally.failures++;
    this.#observer.requestFailed?.({
      error,
      isBug: !isDiskFailure(error),
      type,
      command: spellCommand(type),
      offset,
      length,
      code,
    });
  }

  #finish(request: InFlight): void {
    const { type, length } = request;
    if (type === Command.READ) this.#tally.bytesRead += length;
    else if (type === Command.WRITE) this.#tally.bytesWritten += length;
    this.#stopwatch?.diskEnds(request);
    this.#stopwatch?.answered(request, length);
    this.#session.finish(request);
  }
}
