/** What was measured, as tables. */
import { COLUMNS, type Column } from './columns.ts';
import type { Contender, ContenderName } from './contender.ts';
import type { RequestCount } from './request-counts.ts';
import type { Run } from './rounds.ts';
import { type Spread, spreadOf } from './spread.ts';
import { figuresOf, judge, type Verdict } from './targets.ts';

/** Of the JSON file too. */
export interface BenchReport {
  readonly machine: Readonly<Record<string, string>>;
  readonly contenders: readonly Pick<Contender, 'isDurable' | 'name' | 'setup'>[];
  /** Those that could not be measured, and why. */
  readonly missing: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly runs: readonly Run[];
  readonly requestCounts: readonly RequestCount[];
}

export function formatReport(report: BenchReport): string {
  const parts = [
    Object.entries(report.machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    ...Object.entries(report.missing).map(([name, lack]) => `Not measured: ${name}, ${lack}.`),
    figureTable(report),
    targetTable(judge(report.runs)),
    requestTable(report.requestCounts),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function figureTable({ contenders, runs }: BenchReport): string {
  const titles = COLUMNS.map(({ title, unit }) => `${title}, ${unit}`);
  return table(
    ['server', 'flush is durable', ...titles],
    contenders.map(({ name, setup, isDurable }) => [
      `${name}: ${setup}`,
      isDurable ? 'yes' : '**no**',
      ...COLUMNS.map((column) => figureCell(runs, name, column)),
    ]),
  );
}

function figureCell(runs: readonly Run[], name: ContenderName, column: Column): string {
  const spread = spreadOf(figuresOf(runs, name, column.name).map(({ figure }) => figure));
  return spread === undefined ? '–' : spell(spread);
}

function targetTable(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return '';
  return table(
    ['target', 'at least', 'found', ''],
    verdicts.map(({ column, rival, leastRatio, ratio, isMet }) => [
      `${titleOf(column)}: beside ${rival}`,
      `${round(leastRatio)}×`,
      `${spell(ratio)}×`,
      isMet ? 'met' : '**missed**',
    ]),
  );
}

function requestTable(counts: readonly RequestCount[]): string {
  if (counts.length === 0) return '';
  return table(
    ['requests to the store', 'server', 'for each', 'GET', 'PUT', 'others'],
    counts.map(({ contender, column, done, requests }) => {
      const { GET = 0, PUT = 0, ...others } = requests;
      const rest = Object.values(others).reduce((sum, count) => sum + count, 0);
      const per = COLUMNS.find(({ name }) => name === column)?.per ?? '';
      return [titleOf(column), contender, per, ...[GET, PUT, rest].map((n) => round(n / done))];
    }),
  );
}

function titleOf(column: Run['column']): string {
  return COLUMNS.find(({ name }) => name === column)?.title ?? column;
}

function spell({ median, lo, hi }: Spread): string {
  return `${round(median)} (${round(lo)}..${round(hi)})`;
}

/** Three digits, and none behind the point of large ones. */
function round(figure: number): string {
  if (!Number.isFinite(figure)) return '–';
  return figure >= 100 ? figure.toFixed(0) : String(Number(figure.toPrecision(3)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
