/**
 * Whether figures meet the targets, and by how much.
 */
import type { Run } from '../paired-runs.ts';
import type { Result, Row } from './report.ts';
import { median, pairedRatio, type Spread, spreadOf } from './statistics.ts';
import { contenders, type Goal, type Target, TARGETS } from './targets.ts';

export interface Verdict {
  readonly target: Target;
  readonly goal: Goal;
  /** What ours was compared with: the better of the peers. Undefined: with nothing but the goal. */
  readonly peer: string | undefined;
  /** Ratios within repetitions, or MiB. */
  readonly found: Spread;
  readonly judgement: 'aim reached' | 'met' | 'missed';
  /** How far the median is from what is asked for at least, in percent; below 0 if it is missed. */
  readonly marginPercent: number;
}

/** A verdict on each goal that `results` have figures for. */
export function judge(
  results: readonly Result[],
  targets: readonly Target[] = TARGETS,
): readonly Verdict[] {
  return targets.flatMap((target) => {
    const { ours, peers } = contenders(target.disk);
    for (const { rows, transport, workload } of results) {
      if (workload !== target.workload || transport !== target.transport) continue;
      const row = rows.find(({ server }) => server === ours);
      if (row === undefined) continue;
      const considered = target.beside === 'default' ? peers.slice(0, 1) : peers;
      const rivals = rows.filter(({ server }) => considered.includes(server));
      return target.goals.flatMap((goal) => judgeGoal(target, goal, row, rivals) ?? []);
    }
    return [];
  });
}

function judgeGoal(
  target: Target,
  goal: Goal,
  ours: Row,
  rivals: readonly Row[],
): Verdict | undefined {
  if (goal.kind === 'memory') {
    const found = spreadOf(ours.runs.map((run) => run.rate));
    if (found === undefined) return undefined;
    const { mebibytesMax, aim } = goal;
    const marginPercent = (1 - found.median / mebibytesMax) * 100;
    const judgement = judgementOf(found.median <= mebibytesMax, found.median <= aim);
    return { target, goal, peer: undefined, found, judgement, marginPercent };
  }
  const merit = MERITS[goal.measure];
  const peer = best(rivals, merit);
  const found = peer && pairedRatio(ours.runs, peer.runs, (run, base) => merit(run) / merit(base));
  if (found === undefined) return undefined;
  const { aim, atLeast } = goal;
  const marginPercent = (found.median / atLeast - 1) * 100;
  const judgement = judgementOf(found.median >= atLeast, aim > atLeast && found.median >= aim);
  return { target, goal, peer: peer?.server, found, judgement, marginPercent };
}

function judgementOf(isMet: boolean, isReached: boolean): Verdict['judgement'] {
  if (isReached) return 'aim reached';
  return isMet ? 'met' : 'missed';
}

/** How good a run is; twice as good is twice as much. */
const MERITS: Readonly<Record<'rate' | 'cpu' | 'p99', (run: Run) => number>> = {
  rate: ({ rate }) => rate,
  cpu: ({ cpuMicrosPerOperation }) => 1 / cpuMicrosPerOperation,
  p99: ({ p99Micros = Number.NaN }) => 1 / p99Micros,
};

function best(rows: readonly Row[], merit: (run: Run) => number): Row | undefined {
  const [first] = rows.toSorted((a, b) => median(b.runs.map(merit)) - median(a.runs.map(merit)));
  return first;
}
