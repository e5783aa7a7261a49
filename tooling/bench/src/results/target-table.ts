/**
 * The verdicts as a table.
 */
import type { Spread } from './statistics.ts';
import type { Goal } from './targets.ts';
import type { Verdict } from './verdict.ts';

const TITLES = [
  'workload',
  'disk',
  'over',
  'measure',
  'asked',
  'aim',
  'found',
  'lo..hi',
  'verdict',
  'beside',
];

const MEASURES = { rate: 'rate', cpu: 'CPU, times less', p99: 'p99, times less' } as const;

/** A table for a terminal, without a newline at its end. */
export function textTargets(verdicts: readonly Verdict[]): string {
  const lines = [TITLES, ...verdicts.map(cellsOf)];
  const widths = TITLES.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return [
    '## Targets',
    ...lines.map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
  ].join('\n');
}

/** The same in Markdown. */
export function markdownTargets(verdicts: readonly Verdict[]): string {
  const lines = [TITLES, TITLES.map(() => '---'), ...verdicts.map(cellsOf)];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function cellsOf({
  target,
  goal,
  peer,
  found,
  judgement,
  marginPercent,
}: Verdict): readonly string[] {
  const asked = goal.kind === 'memory' ? `<= ${goal.mebibytesMax} MiB` : `>= ${goal.atLeast}x`;
  const aim = goal.kind === 'memory' ? `${goal.aim} MiB` : `${goal.aim}x`;
  const margin = `${marginPercent < 0 ? '' : '+'}${marginPercent.toFixed(0)} %`;
  return [
    target.workload,
    target.disk,
    target.transport,
    goal.kind === 'memory' ? 'memory' : MEASURES[goal.measure],
    asked,
    aim,
    spell(found.median, goal),
    spellExtremes(found, goal),
    judgement === 'missed'
      ? `MISSED by ${Math.abs(marginPercent).toFixed(0)} %`
      : `${judgement} (${margin})`,
    peer ?? '-',
  ];
}

function spell(value: number, goal: Goal): string {
  return goal.kind === 'memory' ? `${value.toFixed(0)} MiB` : `${value.toFixed(2)}x`;
}

function spellExtremes({ lo, hi }: Spread, goal: Goal): string {
  const digits = goal.kind === 'memory' ? 0 : 2;
  return `${lo.toFixed(digits)}..${hi.toFixed(digits)}`;
}
