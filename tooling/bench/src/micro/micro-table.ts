/**
 * Timings beside those that were kept.
 */
import type { Timing } from './measure.ts';

/** Ratios to the calibration loop by name. */
export type Reference = Readonly<Record<string, number>>;

/** Below 1.5 times is the machine's mood. */
const SLOWER = 1.5;

const TITLES = ['', 'ns', 'ratio', 'reference', 'times'];

/** What to keep of `timings`. */
export function referenceOf(timings: readonly Timing[]): Reference {
  return Object.fromEntries(timings.map(({ name, ratio }) => [name, Number(ratio.toFixed(3))]));
}

/** A table for a terminal, without a newline at its end. `times` is the ratio to that of the reference. */
export function microTable(timings: readonly Timing[], reference: Reference): string {
  const nameWidth = Math.max(...timings.map(({ name }) => name.length));
  const rows = timings.map(({ name, nanos, ratio }) => {
    const kept = reference[name];
    const times = kept === undefined ? undefined : ratio / kept;
    const verdict = times === undefined || times < SLOWER ? '' : '  SLOWER';
    const cells = [nanos.toFixed(1), ratio.toFixed(2), spell(kept), spell(times)];
    return `${[name.padEnd(nameWidth), ...cells.map((cell) => cell.padStart(10))].join('')}${verdict}`;
  });
  const [first = '', ...others] = TITLES;
  const titles = [first.padEnd(nameWidth), ...others.map((title) => title.padStart(10))].join('');
  return [titles, ...rows].join('\n');
}

function spell(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(2);
}
