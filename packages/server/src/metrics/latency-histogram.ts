/**
 * Latencies by class, for several kinds of things at once.
 *
 * Hot path: memory is made once, and an observation is an addition.
 */

/** Upper bounds of the classes, seconds; one more class has none. */
export const LATENCY_BOUNDS: readonly number[] = [
  25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1,
  2.5, 5, 10,
];

const BOUNDS_MILLIS = Float64Array.from(LATENCY_BOUNDS, (seconds) => seconds * 1000);
const CLASSES = LATENCY_BOUNDS.length + 1;

/** The latencies of one kind, as plain data. */
export interface Latencies {
  /** How many were in each class of `LATENCY_BOUNDS`, and above them all. */
  readonly counts: readonly number[];
  /** Seconds. */
  readonly sum: number;
}

export class LatencyHistogram {
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;

  /** For `kinds` kinds, numbered from 0. */
  constructor(kinds: number) {
    this.#counts = new Float64Array(kinds * CLASSES);
    this.#sums = new Float64Array(kinds);
  }

  /** The class of a latency. */
  classOf(millis: number): number {
    let index = 0;
    while (index < BOUNDS_MILLIS.length && millis > (BOUNDS_MILLIS[index] as number)) index++;
    return index;
  }

  /** Counts one of a kind, of the class that `classOf` has for it. */
  add(kind: number, index: number, millis: number): void {
    const at = kind * CLASSES + index;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#sums[kind] = (this.#sums[kind] as number) + millis;
  }

  latencies(kind: number): Latencies {
    return {
      counts: Array.from(this.#counts.subarray(kind * CLASSES, (kind + 1) * CLASSES)),
      sum: (this.#sums[kind] as number) / 1000,
    };
  }
}

/** What two have counted, together. */
export function addLatencies(one: Latencies, other: Latencies): Latencies {
  return {
    counts: one.counts.map((count, index) => count + (other.counts[index] ?? 0)),
    sum: one.sum + other.sum,
  };
}
