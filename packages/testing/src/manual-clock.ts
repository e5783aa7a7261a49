/** A clock that a test moves. */
import type { Clock } from '@nbd/filters';

interface Timer {
  readonly due: number;
  readonly task: () => void;
}

/**
 * Time that stands still until it is advanced, so that a test of delays takes none:
 *
 *     const read = client.read(0, 512); // delayed by 50
 *     await clock.untilWaiting();
 *     clock.advance(50);
 *     await read;
 */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  readonly #watchers = new Set<{ readonly count: number; readonly told: () => void }>();
  #now = 0;

  /** Milliseconds since the clock was made. */
  get now(): number {
    return this.#now;
  }

  /** How many tasks wait for their time. */
  get waiting(): number {
    return this.#timers.size;
  }

  after(millis: number, task: () => void): () => void {
    const timer = { due: this.#now + millis, task };
    this.#timers.add(timer);
    for (const watcher of this.#watchers) {
      if (this.#timers.size < watcher.count) continue;
      this.#watchers.delete(watcher);
      watcher.told();
    }
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Resolves when at least so many tasks wait. Default 1. */
  untilWaiting(count: number = 1): Promise<void> {
    if (this.#timers.size >= count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#watchers.add({ count, told: resolve });
    });
  }

  /**
   * Lets so much time pass, and calls what is due in the order of its time, then of its making.
   *
   * @throws RangeError for time that runs backwards
   */
  advance(millis: number): void {
    if (!(millis >= 0)) throw new RangeError(`expected milliseconds, at least 0, found ${millis}`);
    const end = this.#now + millis;
    for (let next = this.#next(); next !== undefined && next.due <= end; next = this.#next()) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.task();
    }
    this.#now = end;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.due < first.due) first = timer;
    }
    return first;
  }
}
