/**
 * How busy the event loop of this thread is, and by how much it is late.
 */
import { performance } from 'node:perf_hooks';
import { type Latencies, LatencyHistogram } from './latency-histogram.ts';

/** How often it is looked whether a timer is late. */
const LOOK_MILLIS = 250;

/** What it is made of, for tests to replace. */
export interface LoopWatchParts {
  /** Milliseconds. */
  readonly now: () => number;
  /** Calls `task` over and over; answers how to stop that. */
  readonly every: (millis: number, task: () => void) => () => void;
  /** For how long the loop was at work, milliseconds. */
  readonly busyMillis: () => number;
}

const NODE: LoopWatchParts = {
  now: () => performance.now(),
  every(millis, task) {
    const timer = setInterval(task, millis).unref();
    return () => clearInterval(timer);
  },
  busyMillis: () => performance.eventLoopUtilization().active,
};

export class LoopWatch {
  readonly #parts: LoopWatchParts;
  readonly #lags = new LatencyHistogram(1);
  readonly #stop: () => void;
  #due: number;

  constructor(parts: LoopWatchParts = NODE) {
    this.#parts = parts;
    this.#due = parts.now() + LOOK_MILLIS;
    this.#stop = parts.every(LOOK_MILLIS, () => this.#look());
  }

  get busySeconds(): number {
    return this.#parts.busyMillis() / 1000;
  }

  /** By how much timers were late. */
  get lag(): Latencies {
    return this.#lags.latencies(0);
  }

  stop(): void {
    this.#stop();
  }

  #look(): void {
    const now = this.#parts.now();
    const millis = Math.max(now - this.#due, 0);
    this.#lags.add(0, this.#lags.classOf(millis), millis);
    this.#due = now + LOOK_MILLIS;
  }
}
