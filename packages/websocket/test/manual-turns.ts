/** Turns that the test takes: nothing happens by itself. */
import type { Turns } from '../src/index.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

export class ManualTurns implements Turns {
  readonly #tasks: (() => void)[] = [];
  readonly #timers = new Set<Timer>();
  #now = 0;
  isClosed = false;
  /** How many timers have run. */
  timersRun = 0;

  soon(task: () => void): void {
    this.#tasks.push(task);
  }

  after(millis: number, task: () => void): () => void {
    const timer = { at: this.#now + millis, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  close(): void {
    this.isClosed = true;
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Runs what was to run soon, and what that asks for. */
  run(): void {
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) task();
  }

  /** Lets time pass. */
  pass(millis: number): void {
    const end = this.#now + millis;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = next.at;
      this.#timers.delete(next);
      this.timersRun += 1;
      next.task();
      this.run();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= end);
    return due.toSorted((a, b) => a.at - b.at)[0];
  }
}
