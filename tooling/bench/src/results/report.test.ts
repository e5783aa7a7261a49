import { describe, expect, it } from 'vitest';
import type { Run } from '../paired-runs.ts';
import { markdownTable, summarize, textTable } from './report.ts';

const HEADING = {
  workload: 'raw-randread-4k-q64',
  transport: 'unix',
  baseline: 'old',
  repeat: 3,
  runtimeSeconds: 1,
};

function run(repetition: number, rate: number, cost: number, p50Micros?: number): Run {
  return {
    repetition,
    rate,
    unit: 'ops/s',
    operations: rate,
    cpuSeconds: (rate * cost) / 1e6,
    cpuMicrosPerOperation: cost,
    residentBytes: 3 * 1024 * 1024,
    p50Micros,
  };
}

const RESULT = summarize(HEADING, [
  { server: 'old', runs: [run(0, 1000, 8), run(1, 500, 8), run(2, 900, 8)] },
  { server: 'new', runs: [run(0, 2000, 4, 7), run(1, 1500, 2, 9), run(2, 1800, 5, 8)] },
  { server: 'broken', runs: [] },
]);

describe('the summary of a workload', () => {
  it('has medians, extremes and paired ratios', () => {
    expect(RESULT.rows[1]).toMatchObject({
      server: 'new',
      rate: 1800,
      rateBest: 2000,
      rateRatio: { median: 2, lo: 2, hi: 3 },
      cpuMicrosPerOperation: 4,
      cpuMicrosPerOperationMin: 2,
      cpuRatio: { median: 2, lo: 1.6, hi: 4 },
      p50Micros: 8,
      p99Micros: undefined,
      residentMebibytes: 3,
    });
    expect(RESULT.rows[1]?.rateSpreadPercent).toBeCloseTo(27.8, 1);
  });

  it('has no row for a server all of whose runs failed', () => {
    expect(RESULT.rows.map(({ server }) => server)).toEqual(['old', 'new']);
  });

  it('has rates without ratios if the baseline failed', () => {
    const [row] = summarize(HEADING, [{ server: 'new', runs: [run(0, 2000, 4)] }]).rows;
    expect(row).toMatchObject({ rate: 2000, rateRatio: undefined, cpuRatio: undefined });
  });
});

describe('the tables', () => {
  it('have a line for each server under its titles', () => {
    expect(textTable(RESULT).split('\n')).toEqual([
      '## raw-randread-4k-q64 over unix (ops/s; median of 3, 1s; paired ratio to old; cpu-ratio >1 = less CPU than it)',
      'server                           rate       best  spread%   ratio        lo..hi  cpu us/op     min cpu-ratio    p50us    p99us    MiB/s  RSS MiB',
      'old                             900.0      1,000     55.6    1.00    1.00..1.00       8.00    8.00      1.00        -        -        -     3.00',
      'new                             1,800      2,000     27.8    2.00    2.00..3.00       4.00    2.00      2.00     8.00        -        -     3.00',
    ]);
  });

  it('say the same in Markdown', () => {
    expect(markdownTable(RESULT)).toContain(
      '| new | 1,800 | 2,000 | 27.8 | 2.00 | 2.00..3.00 | 4.00 | 2.00 | 2.00 | 8.00 | - | - | 3.00 |\n',
    );
  });
});
