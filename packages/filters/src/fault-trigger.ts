/** Decides which calls a fault falls on. For those who make faults of kinds of their own. */
import { checkScope, type DiskCall, type FaultScope } from './fault.ts';

/** The range of a call, in bytes. */
export interface CallRange {
  readonly offset: number;
  readonly length: number;
}

/** Counts the calls that fit a scope, and says on which of them a fault falls. */
export class FaultTrigger {
  readonly #scope: FaultScope;
  readonly #random: () => number;
  readonly #calls: ReadonlySet<DiskCall> | undefined;
  /** The first and the last of the calls that fit, counted from 1. */
  readonly #first: number;
  readonly #last: number;
  #met = 0;
  #hits = 0;
  #isSafe = false;
  /** Those who wait for so many hits. */
  readonly #watchers = new Set<{ readonly hits: number; readonly told: () => void }>();

  /**
   * `random` is drawn from once for each call that fits, if there is a `chance`.
   *
   * @throws RangeError for a number that cannot be; TypeError for a call that there is not
   */
  constructor(scope: FaultScope, random: () => number) {
    checkScope(scope);
    const { on, nth, times = nth === undefined ? Number.POSITIVE_INFINITY : 1 } = scope;
    this.#scope = scope;
    this.#random = random;
    this.#calls = on === undefined ? undefined : new Set(typeof on === 'string' ? [on] : on);
    this.#first = nth ?? 1;
    this.#last = this.#first + times - 1;
  }

  /** On how many calls it fell. */
  get hits(): number {
    return this.#hits;
  }

  /** Whether it falls on this call. Asked once for each, in the order in which they arrive. */
  fallsOn(call: DiskCall, range?: CallRange): boolean {
    if (this.#isSafe || !this.#fits(call, range)) return false;
    const { chance } = this.#scope;
    if (chance !== undefined && this.#random() >= chance) return false;
    this.#met += 1;
    if (this.#met < this.#first || this.#met > this.#last) return false;
    this.#hits += 1;
    for (const watcher of this.#watchers) {
      if (this.#hits < watcher.hits) continue;
      this.#watchers.delete(watcher);
      watcher.told();
    }
    return true;
  }

  /** Resolves when it has fallen on `count` calls in all. */
  untilHits(count: number): Promise<void> {
    if (this.#hits >= count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#watchers.add({ hits: count, told: resolve });
    });
  }

  /** From now on it falls on nothing. */
  disarm(): void {
    this.#isSafe = true;
  }

  #fits(call: DiskCall, range: CallRange | undefined): boolean {
    if (this.#calls?.has(call) === false) return false;
    const { touching } = this.#scope;
    if (touching === undefined) return true;
    if (range === undefined) return false;
    return (
      range.offset < touching.offset + touching.length &&
      touching.offset < range.offset + range.length
    );
  }
}
