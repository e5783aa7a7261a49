/**
 * The policy of reads in plain Node: which may be done on the loop, because the page cache most likely
 * has the bytes. Pure: times are given, nothing is read here.
 *
 *   a read on the loop       its regions    and
 *   fast                     become hot
 *   not fast                 become cold    its time is taken from the budget
 *   stalled (very slow)      become cold    several in a second stop all reads on the loop for a while
 *
 * A read is allowed on the loop when all its regions are hot, and as a probe while there is budget.
 * Fast probes are free, since the thread pool would cost more, so a hot file is learnt as quickly as it
 * is read; slow ones are bounded to a small share of the time of the loop.
 */

/** The smallest region that is remembered; regions grow so that the map stays within its bound. */
const REGION_BYTES = 64 * 1024;
const MAP_BYTES_MAX = 16 * 1024 * 1024;

/** What a read from the page cache takes at most, and what a longer one is a stall: base and per byte, in milliseconds. */
const FAST_MILLIS = 0.05;
const STALL_MILLIS = 0.5;
const MILLIS_PER_BYTE = 0.001 / 1024;

/** Slow probes may take this share of the time, saved up to this bound. */
const BUDGET_SHARE = 0.02;
const BUDGET_MILLIS_MAX = 2;

/** So many stalls within so long mean that memory is short, and stop reads on the loop for so long. */
const STALLS_MAX = 4;
const STALLS_WITHIN_MILLIS = 1000;
const PAUSE_MILLIS = 1000;

const COLD = 0;
const HOT = 1;

/** Hot path: no allocation per read. Times in milliseconds, of one clock that never goes back. */
export class HotMap {
  readonly #regions: Uint8Array;
  readonly #regionBytes: number;
  /** Negative after a slow probe: no more until it is earned back. */
  #budget = BUDGET_MILLIS_MAX;
  #budgetAt: number;
  #stalls = 0;
  #stallsSince = Number.NEGATIVE_INFINITY;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /** A map for a disk of `size` bytes. What lies beyond, after a resize, is never hot but may be probed. */
  constructor(size: number, now: number) {
    let regionBytes = REGION_BYTES;
    while (size / regionBytes > MAP_BYTES_MAX) regionBytes *= 2;
    this.#regionBytes = regionBytes;
    this.#regions = new Uint8Array(Math.ceil(size / regionBytes));
    this.#budgetAt = now;
  }

  /** Whether a read may be done on the loop. */
  allows(offset: number, length: number, now: number): boolean {
    if (now < this.#pausedUntil) return false;
    if (this.#isHot(offset, length)) return true;
    this.#budget = Math.min(
      BUDGET_MILLIS_MAX,
      this.#budget + (now - this.#budgetAt) * BUDGET_SHARE,
    );
    this.#budgetAt = now;
    return this.#budget > 0;
  }

  /** Learns from a read that was done on the loop. */
  learn(offset: number, length: number, startedAt: number, endedAt: number): void {
    const millis = endedAt - startedAt;
    const copying = length * MILLIS_PER_BYTE;
    if (millis <= FAST_MILLIS + copying) {
      this.#mark(offset, length, HOT);
      return;
    }
    this.#mark(offset, length, COLD);
    this.#budget -= millis;
    if (millis > STALL_MILLIS + copying) this.#countStall(endedAt);
  }

  /** Notes that a range was read or written as a whole: the regions within it are cached. */
  cover(offset: number, length: number): void {
    const first = Math.ceil(offset / this.#regionBytes);
    const end = Math.floor((offset + length) / this.#regionBytes);
    if (first < end) this.#regions.fill(HOT, first, end);
  }

  #isHot(offset: number, length: number): boolean {
    const last = Math.floor((offset + length - 1) / this.#regionBytes);
    for (let region = Math.floor(offset / this.#regionBytes); region <= last; region++) {
      if (this.#regions[region] !== HOT) return false;
    }
    return true;
  }

  #mark(offset: number, length: number, state: number): void {
    const last = Math.floor((offset + length - 1) / this.#regionBytes);
    for (let region = Math.floor(offset / this.#regionBytes); region <= last; region++) {
      this.#regions[region] = state;
    }
  }

  #countStall(now: number): void {
    if (now - this.#stallsSince > STALLS_WITHIN_MILLIS) {
      this.#stallsSince = now;
      this.#stalls = 0;
    }
    this.#stalls++;
    if (this.#stalls >= STALLS_MAX) this.#pausedUntil = now + PAUSE_MILLIS;
  }
}
