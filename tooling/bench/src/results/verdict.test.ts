import { describe, expect, it } from 'vitest';
import type { Run } from '../paired-runs.ts';
import { type Result, summarize } from './report.ts';
import { markdownTargets, textTargets } from './target-table.ts';
import type { Goal, Target } from './targets.ts';
import { judge } from './verdict.ts';

const HEADING = { workload: 'raw-x', transport: 'unix', baseline: 'nbdkit-file', repeat: 3 };

/** Runs with these rates, of which each operation costs `cost` and the slowest take `p99Micros`. */
function runs(rates: readonly number[], cost: number, p99Micros?: number): readonly Run[] {
  return rates.map((rate, repetition) => ({
    repetition,
    rate,
    unit: 'ops/s',
    operations: rate,
    cpuSeconds: (rate * cost) / 1e6,
    cpuMicrosPerOperation: cost,
    residentBytes: 0,
    p99Micros,
  }));
}

const RESULT: Result = summarize({ ...HEADING, runtimeSeconds: 1 }, [
  { server: 'ours-file', runs: runs([300, 330, 360], 2, 50) },
  { server: 'nbdkit-file', runs: runs([100, 100, 90], 5, 100) },
  { server: 'nbdkit-file-t1', runs: runs([90, 110, 120], 8, 40) },
  { server: 'qemu-nbd', runs: runs([9000, 9000, 9000], 0.1, 1) },
]);

function targetOf(...goals: readonly Goal[]): Target {
  return { workload: 'raw-x', disk: 'file', transport: 'unix', goals };
}

function ratio(measure: 'rate' | 'cpu' | 'p99', atLeast: number, aim: number): Goal {
  return { kind: 'ratio', measure, atLeast, aim };
}

describe('a verdict', () => {
  it('compares with the peer that is better in that measure, within repetitions', () => {
    const target = targetOf(ratio('rate', 2, 4), ratio('cpu', 2, 2.5), ratio('p99', 1, 1));
    const [rate, cpu, p99] = judge([RESULT], [target]);
    expect(rate).toMatchObject({
      peer: 'nbdkit-file-t1',
      found: { median: 3, lo: 3, hi: 300 / 90 },
      judgement: 'met',
      marginPercent: 50,
    });
    expect(cpu).toMatchObject({
      peer: 'nbdkit-file',
      found: { median: 2.5 },
      judgement: 'aim reached',
      marginPercent: 25,
    });
    expect(p99).toMatchObject({ peer: 'nbdkit-file-t1', judgement: 'missed' });
    expect(p99?.marginPercent).toBeCloseTo(-20);
  });

  it('compares with the default alone where that is asked for', () => {
    const target = { ...targetOf(ratio('rate', 2, 3.1)), beside: 'default' } as const;
    expect(judge([RESULT], [target])).toMatchObject([
      { peer: 'nbdkit-file', found: { median: 3.3 }, judgement: 'aim reached' },
    ]);
  });

  it('compares memory with the goal alone', () => {
    const goal = { kind: 'memory', mebibytesMax: 440, aim: 300 } as const;
    const [verdict] = judge([RESULT], [targetOf(goal)]);
    expect(verdict).toMatchObject({
      peer: undefined,
      found: { median: 330, lo: 300, hi: 360 },
      judgement: 'met',
      marginPercent: 25,
    });
  });

  it('is not given without figures of ours, of a peer, or over that transport', () => {
    const target = targetOf(ratio('rate', 2, 4));
    const only = (server: string): Result => ({
      ...RESULT,
      rows: RESULT.rows.filter((row) => row.server === server),
    });
    expect(judge([only('nbdkit-file')], [target])).toEqual([]);
    expect(judge([only('ours-file')], [target])).toEqual([]);
    expect(judge([RESULT], [{ ...target, transport: 'tcp' }])).toEqual([]);
    expect(judge([], [target])).toEqual([]);
  });
});

describe('the table of targets', () => {
  const goals = [
    ratio('rate', 2, 4),
    ratio('p99', 1, 1),
    { kind: 'memory', mebibytesMax: 300, aim: 250 },
  ] as const;
  const verdicts = judge([RESULT], [targetOf(...goals)]);

  it('says what was met, and missed by how much', () => {
    expect(textTargets(verdicts).split('\n')).toEqual([
      '## Targets',
      'workload  disk  over  measure          asked       aim      found    lo..hi      verdict         beside',
      'raw-x     file  unix  rate             >= 2x       4x       3.00x    3.00..3.33  met (+50 %)     nbdkit-file-t1',
      'raw-x     file  unix  p99, times less  >= 1x       1x       0.80x    0.80..0.80  MISSED by 20 %  nbdkit-file-t1',
      'raw-x     file  unix  memory           <= 300 MiB  250 MiB  330 MiB  300..360    MISSED by 10 %  -',
    ]);
  });

  it('is the same in Markdown', () => {
    expect(markdownTargets(verdicts)).toContain(
      '| raw-x | file | unix | rate | >= 2x | 4x | 3.00x | 3.00..3.33 | met (+50 %) | nbdkit-file-t1 |',
    );
  });
});
