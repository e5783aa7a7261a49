/** The middle of some figures, and the extremes around it. */
export interface Spread {
  readonly median: number;
  readonly lo: number;
  readonly hi: number;
}

/** Undefined of none. */
export function spreadOf(figures: readonly number[]): Spread | undefined {
  const sorted = figures.toSorted((a, b) => a - b);
  const [lo, hi] = [sorted[0], sorted.at(-1)];
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (lo === undefined || hi === undefined || upper === undefined || lower === undefined) {
    return undefined;
  }
  return { median: (lower + upper) / 2, lo, hi };
}
