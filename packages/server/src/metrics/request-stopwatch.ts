/**
 * Measures the requests of one connection. The clock is read three times a turn, however many requests that has, and
 * once for each request that a disk answers later.
 *
 * A turn is cut into slices by its sends:
 *
 *   slice begins    requests are taken, and disks answer     sends       the channel has the replies   sent
 *        |<-------- disk time of what was answered at once ---->|                                        |
 *        |<-------------------------- latency ---------------------------------------------------------->|
 *
 * So the protocol's own work counts as the disk's where the disk answers at once: it is a small part of it, and to tell
 * them apart would cost more than it is.
 *
 * Hot path: called for each request; nothing is allocated.
 */
import type { InFlight, Stopwatch } from '@nbd/session';
import { COMMANDS, type Meter } from './meter.ts';

/** Replies that wait to be sent; more are taken for sent. */
const WAITING_MAX = 128;

export class RequestStopwatch implements Stopwatch {
  readonly #meter: Meter;
  /** Milliseconds. */
  readonly #now: () => number;
  #isInTurn = true;
  #sliceBegan: number;
  /** What was answered at once in this slice, by command, and in all. */
  readonly #atOnce = new Uint32Array(COMMANDS);
  #atOnceCount = 0;
  /** Of each reply that waits to be sent, the command and when it began. */
  readonly #types = new Uint8Array(WAITING_MAX);
  readonly #began = new Float64Array(WAITING_MAX);
  #waiting = 0;
  #behindSince: number | undefined;

  /** Made inside of a turn. */
  constructor(meter: Meter, now: () => number) {
    this.#meter = meter;
    this.#now = now;
    this.#sliceBegan = now();
  }

  /** Whether the client has to take its replies before it is served on. */
  get isBehind(): boolean {
    return this.#behindSince !== undefined;
  }

  turnBegins(): void {
    this.#isInTurn = true;
    this.#sliceBegan = this.#now();
  }

  begins(request: InFlight): void {
    request.beganAt = this.#sliceBegan;
    request.diskBeganAt = this.#sliceBegan;
  }

  diskBegins(request: InFlight): void {
    request.diskBeganAt = this.#sliceBegan;
  }

  diskEnds({ type, diskBeganAt }: InFlight): void {
    if (this.#isInTurn) {
      this.#atOnce[type] = (this.#atOnce[type] as number) + 1;
      this.#atOnceCount++;
    } else {
      this.#addDiskTime(type, this.#now() - diskBeganAt);
    }
  }

  answered({ type, beganAt }: InFlight, bytes: number): void {
    const meter = this.#meter;
    meter.bytes[type] = (meter.bytes[type] as number) + bytes;
    if (this.#waiting === WAITING_MAX) this.#count(this.#now());
    this.#types[this.#waiting] = type;
    this.#began[this.#waiting] = beganAt;
    this.#waiting++;
  }

  sends(): void {
    if (this.#atOnceCount === 0) return;
    const millis = this.#now() - this.#sliceBegan;
    for (let type = 0; type < COMMANDS; type++) {
      const count = this.#atOnce[type] as number;
      if (count > 0) this.#addDiskTime(type, count * millis);
    }
    this.#atOnce.fill(0);
    this.#atOnceCount = 0;
  }

  sent(): void {
    const now = this.#now();
    this.#count(now);
    this.#sliceBegan = now;
  }

  turnEnds(isBehind: boolean): void {
    this.sends();
    this.#isInTurn = false;
    if (isBehind === this.isBehind) return;
    const now = this.#now();
    if (this.#behindSince !== undefined) this.#meter.stalledMillis += now - this.#behindSince;
    this.#behindSince = isBehind ? now : undefined;
  }

  /** For how long the client has been behind, milliseconds; what is over the meter has. */
  behindMillis(): number {
    return this.#behindSince === undefined ? 0 : this.#now() - this.#behindSince;
  }

  /** What waits has been sent. Requests that came together have one latency. */
  #count(now: number): void {
    const { latencies } = this.#meter;
    let began = Number.NaN;
    let millis = 0;
    let index = 0;
    for (let i = 0; i < this.#waiting; i++) {
      const at = this.#began[i] as number;
      if (at !== began) {
        began = at;
        millis = now - at;
        index = latencies.classOf(millis);
      }
      latencies.add(this.#types[i] as number, index, millis);
    }
    this.#waiting = 0;
  }

  #addDiskTime(type: number, millis: number): void {
    const { diskMillis } = this.#meter;
    diskMillis[type] = (diskMillis[type] as number) + millis;
  }
}
