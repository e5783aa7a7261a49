/**
 * Medians and paired ratios.
 */

/** A middle and the extremes around it. */
export interface Spread {
  readonly median: number;
  readonly lo: number;
  readonly hi: number;
}

/** The middle of `values`, which may be in any order; the mean of the two middles of an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The value below which `share` (0 to 1) of `sorted` lies; undefined of none. */
export function percentile(sorted: ArrayLike<number>, share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** The spread of `values`; undefined of none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  return { median: median(values), lo: Math.min(...values), hi: Math.max(...values) };
}

/** A run that can be paired with the run of another server in the same repetition. */
export interface Paired {
  readonly repetition: number;
}

/**
 * The ratios of runs to those of the baseline in the same repetition, which had the same noise around
 * them. Repetitions that one of the two lacks, or whose ratio is no number, are left out; undefined if
 * none is left.
 */
export function pairedRatio<T extends Paired>(
  runs: readonly T[],
  baseline: readonly T[],
  ratio: (run: T, base: T) => number,
): Spread | undefined {
  const ratios = runs.flatMap((run) => {
    const base = baseline.find(({ repetition }) => repetition === run.repetition);
    return base === undefined ? [] : [ratio(run, base)];
  });
  return spreadOf(ratios.filter((value) => Number.isFinite(value)));
}

/** `items`, beginning at the one at `start` (modulo their number), each once. */
export function rotated<T>(items: readonly T[], start: number): readonly T[] {
  const from = items.length === 0 ? 0 : start % items.length;
  return [...items.slice(from), ...items.slice(0, from)];
}
