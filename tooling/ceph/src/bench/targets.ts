/** What is asked of ours beside the others, as ratios within the rounds. */
import { COLUMNS, type Column, type ColumnName, isTime } from './columns.ts';
import type { ContenderName } from './contender.ts';
import type { Run } from './rounds.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface Target {
  readonly column: ColumnName;
  readonly rival: ContenderName;
  /** How many times better than the rival ours must be. */
  readonly leastRatio: number;
}

export interface Verdict extends Target {
  /** How many times better ours is. */
  readonly ratio: Spread;
  readonly isMet: boolean;
}

const FROM_RAW: readonly Target[] = [
  { column: 'writeInOrder', rival: 'raw client', leastRatio: 0.8 },
  { column: 'readInOrder', rival: 'raw client', leastRatio: 0.8 },
  // 2.2 puts: that of the pack, and that of the head.
  { column: 'writeJournal', rival: 'raw client', leastRatio: 1 / 2.2 },
];

const FROM_S3BACKER: readonly Target[] = (['writeInOrder', 'readInOrder'] as const).map(
  (column) => ({ column, rival: 's3backer', leastRatio: 2 }),
);

const FROM_NBDKIT: readonly Target[] = COLUMNS.map(({ name }) => ({
  column: name,
  rival: 'nbdkit S3',
  leastRatio: 5,
}));

export const TARGETS: readonly Target[] = [...FROM_RAW, ...FROM_S3BACKER, ...FROM_NBDKIT];

/** Those for which there are figures of both. */
export function judge(runs: readonly Run[]): readonly Verdict[] {
  return TARGETS.flatMap((target) => {
    const column = COLUMNS.find(({ name }) => name === target.column);
    const ratio = column === undefined ? undefined : ratioOf(runs, column, target.rival);
    if (ratio === undefined) return [];
    return [{ ...target, ratio, isMet: ratio.median >= target.leastRatio }];
  });
}

function ratioOf(runs: readonly Run[], column: Column, rival: ContenderName): Spread | undefined {
  const ratios = figuresOf(runs, 'ours', column.name).flatMap((ours) => {
    const others = figuresOf(runs, rival, column.name);
    return others
      .filter(({ round }) => round === ours.round)
      .map(({ figure }) => (isTime(column) ? figure / ours.figure : ours.figure / figure));
  });
  return spreadOf(ratios);
}

/** The runs of a contender in a column, in the order of rounds. */
export function figuresOf(
  runs: readonly Run[],
  contender: ContenderName,
  column: ColumnName,
): readonly Run[] {
  return runs
    .filter((run) => run.contender === contender && run.column === column)
    .toSorted((a, b) => a.round - b.round);
}
