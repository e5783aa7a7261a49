/**
 * What the runs of one workload amount to, as a record, as a table to read now, and as one to keep.
 */
import type { Run, ServerRuns } from '../paired-runs.ts';
import { median, pairedRatio, type Spread } from './statistics.ts';
import { MEBIBYTE } from '../workloads/workload.ts';

/** Which runs these are. */
export interface Heading {
  readonly workload: string;
  readonly transport: string;
  /** The server that the others are compared with. */
  readonly baseline: string;
  readonly repeat: number;
  readonly runtimeSeconds: number;
}

/** One server under one workload: medians of its runs, unless the name says otherwise. */
export interface Row {
  readonly server: string;
  readonly unit: string;
  readonly rate: number;
  readonly rateBest: number;
  /** From the worst rate to the best, in percent of the median. */
  readonly rateSpreadPercent: number;
  /** Paired: rate to that of the baseline, above 1 is faster. */
  readonly rateRatio: Spread | undefined;
  readonly cpuMicrosPerOperation: number;
  readonly cpuMicrosPerOperationMin: number;
  /** Paired: time on a processor of the baseline to this server's, above 1 is less than it. */
  readonly cpuRatio: Spread | undefined;
  readonly p50Micros: number | undefined;
  readonly p99Micros: number | undefined;
  readonly mebibytesPerSecond: number | undefined;
  readonly residentMebibytes: number;
  readonly runs: readonly Run[];
}

export interface Result extends Heading {
  readonly rows: readonly Row[];
}

/** Sums up the runs. A server without any has no row. */
export function summarize(heading: Heading, servers: readonly ServerRuns[]): Result {
  const baseline = servers.find(({ server }) => server === heading.baseline)?.runs ?? [];
  const rows = servers.flatMap(({ server, runs }) => {
    const [first] = runs;
    return first === undefined ? [] : [summarizeServer(server, first.unit, runs, baseline)];
  });
  return { ...heading, rows };
}

function summarizeServer(
  server: string,
  unit: string,
  runs: readonly Run[],
  baseline: readonly Run[],
): Row {
  const rates = runs.map(({ rate }) => rate);
  const costs = runs.map(({ cpuMicrosPerOperation }) => cpuMicrosPerOperation);
  const rate = median(rates);
  const best = Math.max(...rates);
  return {
    server,
    unit,
    rate,
    rateBest: best,
    rateSpreadPercent: ((best - Math.min(...rates)) / rate) * 100,
    rateRatio: pairedRatio(runs, baseline, (run, base) => run.rate / base.rate),
    cpuMicrosPerOperation: median(costs),
    cpuMicrosPerOperationMin: Math.min(...costs),
    cpuRatio: pairedRatio(
      runs,
      baseline,
      (run, base) => base.cpuMicrosPerOperation / run.cpuMicrosPerOperation,
    ),
    p50Micros: medianIfAny(runs.map(({ p50Micros }) => p50Micros)),
    p99Micros: medianIfAny(runs.map(({ p99Micros }) => p99Micros)),
    mebibytesPerSecond: medianIfAny(runs.map(({ mebibytesPerSecond }) => mebibytesPerSecond)),
    residentMebibytes: median(runs.map(({ residentBytes }) => residentBytes)) / MEBIBYTE,
    runs,
  };
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly cell: (row: Row) => string;
}

const COLUMNS: readonly Column[] = [
  { title: 'rate', width: 12, cell: ({ rate }) => spell(rate) },
  { title: 'best', width: 10, cell: ({ rateBest }) => spell(rateBest) },
  { title: 'spread%', width: 8, cell: ({ rateSpreadPercent }) => rateSpreadPercent.toFixed(1) },
  { title: 'ratio', width: 7, cell: ({ rateRatio }) => rateRatio?.median.toFixed(2) ?? '-' },
  { title: 'lo..hi', width: 13, cell: ({ rateRatio }) => spellExtremes(rateRatio) },
  { title: 'cpu us/op', width: 10, cell: (row) => spell(row.cpuMicrosPerOperation) },
  { title: 'min', width: 7, cell: (row) => spell(row.cpuMicrosPerOperationMin) },
  { title: 'cpu-ratio', width: 9, cell: ({ cpuRatio }) => cpuRatio?.median.toFixed(2) ?? '-' },
  { title: 'p50us', width: 8, cell: ({ p50Micros }) => spell(p50Micros) },
  { title: 'p99us', width: 8, cell: ({ p99Micros }) => spell(p99Micros) },
  { title: 'MiB/s', width: 8, cell: ({ mebibytesPerSecond }) => spell(mebibytesPerSecond) },
  { title: 'RSS MiB', width: 8, cell: ({ residentMebibytes }) => spell(residentMebibytes) },
];

const SERVER_WIDTH = 24;

/** A table for a terminal, without a newline at its end. */
export function textTable(result: Result): string {
  const titles = COLUMNS.map(({ title, width }) => title.padStart(width));
  const rows = result.rows.map((row) =>
    textLine(
      row.server,
      COLUMNS.map(({ cell, width }) => cell(row).padStart(width)),
    ),
  );
  return [`## ${caption(result)}`, textLine('server', titles), ...rows].join('\n');
}

/** The same as a section of a Markdown document. */
export function markdownTable(result: Result): string {
  const rows = result.rows.map((row) =>
    markdownLine([row.server, ...COLUMNS.map(({ cell }) => cell(row))]),
  );
  const titles = markdownLine(['server', ...COLUMNS.map(({ title }) => title)]);
  const rule = markdownLine(['---', ...COLUMNS.map(() => '--:')]);
  return [`## ${caption(result)}`, '', titles, rule, ...rows, ''].join('\n');
}

function textLine(server: string, cells: readonly string[]): string {
  return [server.padEnd(SERVER_WIDTH), ...cells].join(' ');
}

function markdownLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function caption({ workload, transport, baseline, repeat, runtimeSeconds, rows }: Result): string {
  const unit = rows[0] === undefined ? 'no figures' : rows[0].unit;
  return (
    `${workload} over ${transport} (${unit}; median of ${repeat}, ${runtimeSeconds}s; ` +
    `paired ratio to ${baseline}; cpu-ratio >1 = less CPU than it)`
  );
}

function spellExtremes(spread: Spread | undefined): string {
  return spread === undefined ? '-' : `${spread.lo.toFixed(2)}..${spread.hi.toFixed(2)}`;
}

function spell(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '-';
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 10 ? 1 : 2);
}

function medianIfAny(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}
