/**
 * Rounds: in each, every contender carries every load once, and the next round begins with the next contender, so that
 * what disturbs the machine for a while falls on all of them. Servers are started for each load, and the raw client is
 * long since running: so a load is carried for a moment before it is measured, by all of them.
 */
import { type Column, type ColumnName, COLUMNS } from './columns.ts';
import type { Contender, ContenderName } from './contender.ts';
import { withDisk } from './disk.ts';

export interface Run {
  readonly contender: ContenderName;
  readonly column: ColumnName;
  readonly round: number;
  readonly figure: number;
}

export interface RoundsOptions {
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  /** For each load, not counting the flush behind it. */
  readonly millisMax: number;
  readonly now: () => number;
  /** Told of each run as it ends. */
  readonly told: (run: Run) => void;
  /** A load has failed. Its contender takes part in nothing more. */
  readonly failed: (contender: ContenderName, error: Error) => void;
  /** Aborted: the rounds end after the load that is under way. */
  readonly signal: AbortSignal;
}

export async function runRounds(options: RoundsOptions): Promise<readonly Run[]> {
  const { contenders, rounds, failed, signal } = options;
  const out = new Set<Contender>();
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const contender of rotated(contenders, round)) {
      if (out.has(contender)) continue;
      try {
        for (const column of COLUMNS) {
          if (signal.aborted) return runs;
          runs.push(await runOne(options, contender, column, round));
        }
      } catch (error) {
        out.add(contender);
        failed(contender.name, error as Error);
      }
    }
  }
  return runs;
}

/** Of a load that is not measured yet. */
const WARM_UP_MILLIS_MAX = 5000;

async function runOne(
  { now, millisMax, told }: RoundsOptions,
  contender: Contender,
  column: Column,
  round: number,
): Promise<Run> {
  const { figure } = await withDisk(contender, async (disk) => {
    const warmUp = { now, round, millisMax: WARM_UP_MILLIS_MAX, warmsUp: true };
    await column.run(disk, contender, warmUp);
    return column.run(disk, contender, { now, round, millisMax, warmsUp: false });
  });
  const run = { contender: contender.name, column: column.name, round, figure };
  told(run);
  return run;
}

function rotated<Item>(items: readonly Item[], start: number): readonly Item[] {
  const from = start % items.length;
  return [...items.slice(from), ...items.slice(0, from)];
}
