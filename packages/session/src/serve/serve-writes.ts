/**
 * WRITEs for a disk that takes them together: those of one turn are gathered, and given to it before any
 * other request that came after them. Their payloads lie where they were received until then.
 *
 * Hot path: an answer given at once costs no promise and no closure.
 */
import { CommandFlag } from '@nbd/codec';
import type { Awaitable, BatchedWrite, Driver } from '@nbd/driver';
import type { ServerSession } from '../server/server-session.ts';
import type { InFlight } from '../server/transmission/in-flight.ts';
import { thenFlush } from './emulate.ts';
import { gateOf } from './gate.ts';
import { isPromise } from './is-promise.ts';
import type { Outcomes } from './outcomes.ts';

/** Writes are given to the disk when they come to this much. */
const BATCH_BYTES_MAX = 256 * 1024;

const SETTLED = Promise.resolve();

export interface WritesParts {
  readonly session: ServerSession;
  readonly driver: Driver;
  readonly outcomes: Outcomes;
}

/** Whether WRITEs of a disk are gathered. One with a limit has its calls counted one by one. */
export function gathersWrites(driver: Driver): boolean {
  return driver.writeBatch !== undefined && gateOf(driver) === undefined;
}

export class Writes {
  readonly #session: ServerSession;
  readonly #driver: Driver;
  readonly #outcomes: Outcomes;
  readonly #nativeFua: boolean;
  readonly #mustKeepPayload: boolean;

  /** The WRITEs of this turn, and what the driver is to write; `#writes[i]` belongs to `#owners[i]`. */
  readonly #owners: InFlight[] = [];
  readonly #writes: BatchedWrite[] = [];
  #gatheredBytes = 0;

  constructor({ session, driver, outcomes }: WritesParts) {
    this.#session = session;
    this.#driver = driver;
    this.#outcomes = outcomes;
    this.#nativeFua = driver.fua === 'native';
    this.#mustKeepPayload = driver.retainsSource !== false;
  }

  /** Leaves a WRITE for `serveGathered`, which must be called before the turn ends. */
  gather(request: InFlight): void {
    if (this.#mustKeepPayload) this.#session.keepPayload(request);
    const { payload, offset } = request;
    const fua = this.#nativeFua && wantsFua(request);
    this.#owners.push(request);
    this.#writes.push({ source: payload, offset, fua, answer: undefined });
    this.#gatheredBytes += payload.length;
    if (this.#gatheredBytes >= BATCH_BYTES_MAX) this.serveGathered();
  }

  /** Carries out what was gathered; false: there was nothing to do. */
  serveGathered(): boolean {
    if (this.#owners.length === 0) return false;
    this.#gatheredBytes = 0;
    const owners = this.#owners.splice(0);
    const writes = this.#writes.splice(0);
    this.#attemptBatch(writes);
    this.#settle(owners, writes);
    return true;
  }

  /** A driver that throws for the whole batch fails every write of it, once none is under way any more. */
  #attemptBatch(writes: readonly BatchedWrite[]): void {
    try {
      this.#driver.writeBatch?.(writes);
    } catch (error) {
      const fault = () => Promise.reject(error);
      for (const write of writes) write.answer = (write.answer ?? SETTLED).then(fault, fault);
    }
  }

  /** One flush does for all that were written at once; each that is answered later has its own. */
  #settle(owners: readonly InFlight[], writes: readonly BatchedWrite[]): void {
    let flushed: { readonly answer: Awaitable<void> } | undefined;
    for (let i = 0; i < owners.length; i++) {
      const owner = owners[i] as InFlight;
      const answer = writes[i]?.answer;
      if (this.#nativeFua || !wantsFua(owner)) {
        this.#outcomes.settle(owner, answer);
      } else if (isPromise(answer)) {
        this.#outcomes.settle(owner, thenFlush(answer, this.#driver));
      } else {
        flushed ??= { answer: this.#flush() };
        this.#outcomes.settle(owner, flushed.answer);
      }
    }
  }

  #flush(): Awaitable<void> {
    try {
      return thenFlush(undefined, this.#driver);
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

function wantsFua({ flags }: InFlight): boolean {
  return (flags & CommandFlag.FUA) !== 0;
}
