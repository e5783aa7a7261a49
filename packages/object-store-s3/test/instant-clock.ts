/** A clock whose short delays are over at once, and whose deadlines come when a test says so. */
import type { StoreClock } from '../src/index.ts';

/** What is longer is a deadline, and no delay between two requests. */
const DELAY_MAX = 5000;

interface Task {
  readonly at: number;
  readonly run: () => void;
}

export class InstantClock implements StoreClock {
  /** Of delays, as they were asked for. */
  readonly delays: number[] = [];
  #now = 0;
  readonly #tasks = new Set<Task>();

  now(): number {
    return this.#now;
  }

  after(millis: number, run: () => void): () => void {
    if (millis <= DELAY_MAX) {
      this.delays.push(millis);
      const soon = setImmediate(() => {
        this.advance(millis);
        run();
      });
      return () => clearImmediate(soon);
    }
    const task = { at: this.#now + millis, run };
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  /** Lets so many milliseconds pass. */
  advance(millis: number): void {
    this.#now += millis;
    for (const task of this.#tasks) {
      if (task.at > this.#now) continue;
      this.#tasks.delete(task);
      task.run();
    }
  }
}
