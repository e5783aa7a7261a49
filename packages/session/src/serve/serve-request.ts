/**
 * The translator: requests of the wire into calls of a disk, and answers of a disk into replies. The only
 * place, with its neighbours in this folder, that speaks both languages.
 *
 *   READ           `Reads`
 *   WRITE          `Writes`, on a disk that takes them together
 *   BLOCK_STATUS   `Statuses`
 *   anything else  one call of the disk, in here
 *
 * Hot path: an answer given at once costs no promise and no closure.
 */
import { Command, CommandFlag } from '@nbd/codec';
import {
  type Awaitable,
  type Driver,
  DriverError,
  type WriteOptions,
  type ZeroOptions,
} from '@nbd/driver';
import type { ServerSession } from '../server/server-session.ts';
import type { ExportFacts } from '../server/transmission/export-facts.ts';
import type { InFlight } from '../server/transmission/in-flight.ts';
import { lookAtSize, mustStillFit } from './current-size.ts';
import { thenFlush, zeroByWriting } from './emulate.ts';
import { type Gate, gateOf } from './gate.ts';
import { isPromise } from './is-promise.ts';
import type { Observer, Tally } from './observer.ts';
import { Outcomes } from './outcomes.ts';
import { Reads } from './serve-reads.ts';
import { Statuses } from './serve-status.ts';
import type { Stopwatch } from './stopwatch.ts';
import { gathersWrites, Writes } from './serve-writes.ts';

const PLAIN: WriteOptions = Object.freeze({ fua: false });
const FUA: WriteOptions = Object.freeze({ fua: true });

export interface TranslatorParts {
  readonly session: ServerSession;
  readonly driver: Driver;
  readonly facts: ExportFacts;
  readonly observer: Observer;
  readonly tally: Tally;
  /** Called when a request, or a part of one, was answered outside of `serve` and `serveGathered`. */
  readonly answered: () => void;
  /** Called with what was thrown in place of that: an observer has failed, or there is no memory. */
  readonly broken: (error: unknown) => void;
  /** Called with the bytes, read or changed or told of, that the disk is given to do. */
  readonly spent: (bytes: number) => void;
  readonly defer: (task: () => void) => void;
  /** See `Channel.lendsFrom`. */
  readonly lendsFrom: number | undefined;
}

export class Translator {
  readonly #session: ServerSession;
  readonly #driver: Driver;
  readonly #facts: ExportFacts;
  readonly #outcomes: Outcomes;
  readonly #reads: Reads;
  readonly #writes: Writes | undefined;
  readonly #statuses: Statuses;
  readonly #stopwatch: Stopwatch | undefined;
  readonly #spent: (bytes: number) => void;
  readonly #defer: (task: () => void) => void;
  readonly #gate: Gate | undefined;
  readonly #nativeFua: boolean;
  readonly #mustKeepPayload: boolean;
  #isAbandoned = false;
  /** When the last who waits for a turn has it. */
  #lastBreath = Promise.resolve();

  constructor({ session, driver, facts, spent, defer, lendsFrom, ...reports }: TranslatorParts) {
    const stopwatch = reports.observer.measure?.(facts, session);
    const outcomes = new Outcomes({ session, stopwatch, ...reports });
    this.#stopwatch = stopwatch;
    this.#session = session;
    this.#driver = driver;
    this.#facts = facts;
    this.#outcomes = outcomes;
    this.#reads = new Reads({ session, driver, facts, outcomes, spent, lendsFrom });
    if (gathersWrites(driver)) this.#writes = new Writes({ session, driver, outcomes });
    const breathe = this.#breathe;
    this.#statuses = new Statuses({ session, driver, facts, outcomes, breathe });
    this.#spent = spent;
    this.#defer = defer;
    this.#gate = gateOf(driver);
    this.#nativeFua = driver.fua === 'native';
    this.#mustKeepPayload = driver.retainsSource !== false || this.#gate !== undefined;
  }

  /** A turn begins: takes over a new size, which another connection may have given the disk. One that cannot be is passed over. */
  turnBegins(): void {
    this.#stopwatch?.turnBegins();
    this.#lookAtSize();
  }

  /** Replies are about to be handed to the channel. */
  sends(): void {
    this.#stopwatch?.sends();
  }

  /** They are handed over. */
  sent(): void {
    this.#stopwatch?.sent();
  }

  /** `isBehind`: the peer must take its replies before it is served on. */
  turnEnds(isBehind: boolean): void {
    this.#stopwatch?.turnEnds(isBehind);
  }

  /**
   * Carries out one request; a READ may wait, whole or in part, for `serveGathered`, and a WRITE too. What was
   * gathered goes to the disk before anything of another kind that came after it.
   */
  serve(request: InFlight): void {
    this.#outcomes.begin(request);
    if (request.type === Command.READ) {
      this.#writes?.serveGathered();
      this.#reads.serve(request);
      return;
    }
    this.#spent(request.length);
    this.#reads.serveWhole();
    if (request.type === Command.WRITE && this.#writes !== undefined) {
      this.#writes.gather(request);
      return;
    }
    this.#writes?.serveGathered();
    if (request.type === Command.BLOCK_STATUS) this.#statuses.serve(request);
    else this.#outcomes.settle(request, this.#attempt(request));
  }

  /**
   * Carries out what waits, or the next of it; false: there is nothing that can begin. Must be called before what was
   * received is given up, as payloads lie in it.
   */
  serveGathered(): boolean {
    const wrote = this.#writes?.serveGathered() ?? false;
    return this.#reads.serveGathered() || wrote;
  }

  /** Carries out what was gathered and nothing that is new: for a turn that has failed, which owes answers for it. */
  serveWhole(): void {
    this.#reads.serveWhole();
    this.#writes?.serveGathered();
  }

  /** The client has gone: what takes long is cut short. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#reads.abandon();
  }

  /**
   * Resolves when others have had their turn, one caller at a time, so that many who take long take no more at a time than
   * one; rejects when there is nobody left to do it for.
   */
  readonly #breathe = async (): Promise<void> => {
    const turn = () =>
      new Promise<void>((resolve) => {
        this.#defer(resolve);
      });
    this.#lastBreath = this.#lastBreath.then(turn);
    await this.#lastBreath;
    if (this.#isAbandoned) throw new DriverError('ESHUTDOWN', 'the client has gone');
  };

  #attempt(request: InFlight): Awaitable<void> {
    if (request.type === Command.WRITE && this.#mustKeepPayload) this.#session.keepPayload(request);
    try {
      if (this.#gate === undefined) return this.#call(request);
      return this.#gate.pass(() => {
        mustStillFit(this.#driver, this.#facts, request);
        return this.#call(request);
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The call of the disk that the request stands for. */
  #call(request: InFlight): Awaitable<void> {
    const driver = this.#driver;
    const { type, offset, length } = request;
    const fua = (request.flags & CommandFlag.FUA) !== 0;
    const options = fua && this.#nativeFua ? FUA : PLAIN;
    switch (type) {
      case Command.WRITE:
        return this.#durable(fua, driver.write?.(request.payload, offset, options));
      case Command.TRIM:
        return this.#durable(fua, driver.trim?.(offset, length, options));
      case Command.WRITE_ZEROES:
        return this.#durable(fua, this.#zero(request, options.fua));
      case Command.FLUSH:
        return driver.flush?.();
      case Command.CACHE:
        return driver.cache?.(offset, length);
      case Command.RESIZE:
        return fua ? thenFlush(this.#resize(offset), driver) : this.#resize(offset);
      default:
        return undefined;
    }
  }

  #durable(fua: boolean, change: Awaitable<void>): Awaitable<void> {
    return fua && !this.#nativeFua ? thenFlush(change, this.#driver) : change;
  }

  #zero(request: InFlight, fua: boolean): Awaitable<void> {
    const { flags, offset, length } = request;
    const options: ZeroOptions = {
      fua,
      mayTrim: (flags & CommandFlag.NO_HOLE) === 0,
      fast: (flags & CommandFlag.FAST_ZERO) !== 0,
    };
    const driver = this.#driver;
    if (driver.zero !== undefined) return driver.zero(offset, length, options);
    const check = (at: number, bytes: number) =>
      mustStillFit(driver, this.#facts, request, at, bytes);
    return zeroByWriting(driver, offset, length, options, check, this.#breathe);
  }

  #resize(size: number): Awaitable<void> {
    const answer = this.#driver.resize?.(size);
    return isPromise(answer) ? answer.then(() => this.#lookAtSize()) : this.#lookAtSize();
  }

  #lookAtSize(): void {
    lookAtSize(this.#driver, this.#facts);
  }
}
