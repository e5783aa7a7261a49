import { describe, expect, it } from 'vitest';
import type { Run } from './rounds.ts';
import { judge } from './targets.ts';

function runsOf(
  contender: Run['contender'],
  column: Run['column'],
  figures: readonly number[],
): readonly Run[] {
  return figures.map((figure, round) => ({ contender, column, round, figure }));
}

describe('judge', () => {
  it('compares within rounds, and takes the median', () => {
    const runs = [
      ...runsOf('ours', 'writeInOrder', [40, 90, 40]),
      ...runsOf('raw client', 'writeInOrder', [50, 100, 80]),
    ];
    expect(judge(runs)).toEqual([
      {
        column: 'writeInOrder',
        rival: 'raw client',
        leastRatio: 0.8,
        ratio: { median: 0.8, lo: 0.5, hi: 0.9 },
        isMet: true,
      },
    ]);
  });

  it('knows that a shorter time is better', () => {
    const runs = [
      ...runsOf('ours', 'writeJournal', [60]),
      ...runsOf('raw client', 'writeJournal', [30]),
      ...runsOf('nbdkit S3', 'writeJournal', [40]),
    ];
    const found = judge(runs).map(({ rival, ratio, isMet }) => [rival, ratio.median, isMet]);
    expect(found).toEqual([
      ['raw client', 0.5, true],
      ['nbdkit S3', 2 / 3, false],
    ]);
  });

  it('says nothing of those that were not measured', () => {
    expect(judge(runsOf('ours', 'readInOrder', [1, 2, 3]))).toEqual([]);
  });
});
