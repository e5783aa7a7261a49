/**
 * The translator: requests of the wire into calls of a disk, and answers of a disk into replies. The only
 * place, with `advertise`, `emulate` and `error-code` beside it, that speaks both languages.
 *
 * READs of one turn are gathered and given to the disk together if it can take them so; they are
 * always given before any other request that came after them.
 *
 * Hot path: an answer given at once costs no promise and no closure.
 */
import { Command, CommandFlag, type ErrorCode } from '@nbd/codec';
import type { Awaitable, BatchedRead, Driver, WriteOptions, ZeroOptions } from '@nbd/driver';
import type { ServerSession } from '../server/server-session.ts';
import type { ExportFacts } from '../server/transmission/export-facts.ts';
import type { InFlight } from '../server/transmission/in-flight.ts';
import { isPromise, thenFlush, zeroByWriting } from './emulate.ts';
import { errorCodeFor, isDiskFailure } from './error-code.ts';
import { type Gate, gateOf } from './gate.ts';
import type { Observer, Tally } from './observer.ts';

/** Reads are given to the disk when they come to this much, so that their data stays in the cache. */
const BATCH_BYTES_MAX = 256 * 1024;

const SETTLED = Promise.resolve();

const PLAIN: WriteOptions = Object.freeze({ fua: false });
const FUA: WriteOptions = Object.freeze({ fua: true });

export interface TranslatorParts {
  readonly session: ServerSession;
  readonly driver: Driver;
  readonly facts: ExportFacts;
  readonly observer: Observer;
  readonly tally: Tally;
  /** Called when a request was answered outside of `serve` and `serveReads`. */
  readonly answered: () => void;
  readonly defer: (task: () => void) => void;
}

export class Translator {
  readonly #session: ServerSession;
  readonly #driver: Driver;
  readonly #facts: ExportFacts;
  readonly #observer: Observer;
  readonly #tally: Tally;
  readonly #answered: () => void;
  readonly #breathe: () => Promise<void>;
  readonly #gate: Gate | undefined;
  readonly #nativeFua: boolean;
  readonly #mustKeepPayload: boolean;
  readonly #mustClear: boolean;

  /** The reads of this turn, with what the driver is to fill; `#reads[i]` belongs to `#requests[i]`. */
  readonly #requests: InFlight[] = [];
  readonly #reads: { target: Uint8Array; offset: number; answer: Promise<void> | undefined }[] = [];
  #gatheredBytes = 0;
  /** The disk answered its last read later, so the next ones get a place apart. */
  #answersLater = false;

  constructor(parts: TranslatorParts) {
    const { driver } = parts;
    this.#session = parts.session;
    this.#driver = driver;
    this.#facts = parts.facts;
    this.#observer = parts.observer;
    this.#tally = parts.tally;
    this.#answered = parts.answered;
    this.#breathe = () => new Promise<void>((resolve) => parts.defer(resolve));
    this.#gate = gateOf(driver);
    this.#nativeFua = driver.fua === 'native';
    this.#mustKeepPayload = driver.retainsSource !== false || this.#gate !== undefined;
    this.#mustClear = driver.fillsTarget !== true;
  }

  /** Takes over a new size, which another connection may have given the disk. One that cannot be is passed over. */
  lookAtSize(): void {
    const size = sizeOf(this.#driver);
    if (size !== undefined) this.#facts.size = size;
  }

  /** Carries out one request; a READ of a disk that takes batches waits for `serveReads`. */
  serve(request: InFlight): void {
    this.#tally.requests[request.type] = (this.#tally.requests[request.type] ?? 0) + 1;
    if (request.type !== Command.READ) {
      this.serveReads();
      this.#settle(request, this.#attempt(request));
      return;
    }
    const target = this.#session.reserveData(request, this.#answersLater);
    if (this.#mustClear) target.fill(0);
    if (this.#driver.readBatch !== undefined && this.#gate === undefined) {
      this.#requests.push(request);
      this.#reads.push({ target, offset: request.offset, answer: undefined });
      this.#gatheredBytes += request.length;
      if (this.#gatheredBytes >= BATCH_BYTES_MAX) this.serveReads();
      return;
    }
    const answer = this.#attemptRead(target, request.offset);
    this.#answersLater = answer !== undefined;
    this.#settle(request, answer);
  }

  /** Carries out the gathered reads; false: there are none. */
  serveReads(): boolean {
    const count = this.#requests.length;
    if (count === 0) return false;
    this.#gatheredBytes = 0;
    const requests = this.#requests.splice(0);
    const reads = this.#reads.splice(0);
    this.#attemptBatch(reads);
    this.#answersLater = false;
    for (let i = 0; i < count; i++) {
      const answer = reads[i]?.answer;
      if (answer !== undefined) this.#answersLater = true;
      this.#settle(requests[i] as InFlight, answer);
    }
    return true;
  }

  /** A driver that throws for the whole batch fails every read of it, once none is being filled any more. */
  #attemptBatch(reads: readonly BatchedRead[]): void {
    try {
      this.#driver.readBatch?.(reads);
    } catch (error) {
      const fault = () => Promise.reject(error);
      for (const read of reads) read.answer = (read.answer ?? SETTLED).then(fault, fault);
    }
  }

  #attemptRead(target: Uint8Array, offset: number): Awaitable<void> {
    try {
      if (this.#gate === undefined) return this.#driver.read(target, offset);
      return this.#gate.pass(() => this.#driver.read(target, offset));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #attempt(request: InFlight): Awaitable<void> {
    if (request.type === Command.WRITE && this.#mustKeepPayload) this.#session.keepPayload(request);
    try {
      if (this.#gate === undefined) return this.#call(request);
      return this.#gate.pass(() => this.#call(request));
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

  #zero({ flags, offset, length }: InFlight, fua: boolean): Awaitable<void> {
    const options: ZeroOptions = {
      fua,
      mayTrim: (flags & CommandFlag.NO_HOLE) === 0,
      fast: (flags & CommandFlag.FAST_ZERO) !== 0,
    };
    const driver = this.#driver;
    if (driver.zero !== undefined) return driver.zero(offset, length, options);
    return zeroByWriting(driver, offset, length, options, this.#breathe);
  }

  #resize(size: number): Awaitable<void> {
    const answer = this.#driver.resize?.(size);
    return isPromise(answer) ? answer.then(() => this.lookAtSize()) : this.lookAtSize();
  }

  #settle(request: InFlight, answer: Awaitable<void>): void {
    if (answer === undefined || !isPromise(answer)) {
      this.#finish(request);
      return;
    }
    void answer
      .then(
        () => this.#finish(request),
        (error: unknown) => this.#fail(request, error),
      )
      .then(this.#answered);
  }

  #finish(request: InFlight): void {
    if (request.type === Command.READ) this.#tally.bytesRead += request.length;
    else if (request.type === Command.WRITE) this.#tally.bytesWritten += request.length;
    this.#session.finish(request);
  }

  #fail(request: InFlight, error: unknown): void {
    const { type, offset, length } = request;
    const code: ErrorCode = errorCodeFor(error, request);
    this.#tally.failures++;
    this.#session.fail(request, code);
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

/** The size of a disk, unless its driver fails to tell it. */
function sizeOf(driver: Driver): number | undefined {
  try {
    const { size } = driver;
    return Number.isSafeInteger(size) && size >= 0 ? size : undefined;
  } catch {
    return undefined;
  }
}
