import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, pairedRatio, percentile, rotated, spreadOf } from './statistics.ts';

interface Run {
  readonly repetition: number;
  readonly rate: number;
}

function run(repetition: number, rate: number): Run {
  return { repetition, rate };
}

function ratio(each: Run, base: Run): number {
  return each.rate / base.rate;
}

describe('the median', () => {
  it('is the middle, or the mean of the two middles', () => {
    expect(median([3, 1, 20])).toBe(3);
    expect(median([4, 1, 2, 30])).toBe(3);
    expect(median([])).toBeNaN();
  });

  it('has no more than half of the values on either side', () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(values, (all) => {
        const middle = median(all);
        expect(all.filter((value) => value < middle).length).toBeLessThanOrEqual(all.length / 2);
        expect(all.filter((value) => value > middle).length).toBeLessThanOrEqual(all.length / 2);
      }),
    );
  });
});

describe('a percentile', () => {
  it('is one of the values, undefined of none', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.5)).toBeUndefined();
  });
});

describe('a paired ratio', () => {
  it('divides within repetitions, so what is common to one cancels', () => {
    const baseline = [run(0, 100), run(1, 10), run(2, 50)];
    const runs = [run(0, 200), run(1, 20), run(2, 150)];
    expect(pairedRatio(runs, baseline, ratio)).toEqual({ median: 2, lo: 2, hi: 3 });
  });

  it('is 1 of the baseline itself', () => {
    const baseline = [run(0, 100), run(1, 10)];
    expect(pairedRatio(baseline, baseline, ratio)).toEqual({ median: 1, lo: 1, hi: 1 });
  });

  it('leaves out repetitions that one of the two lacks, and what is no number', () => {
    const baseline = [run(0, 100), run(2, 0), run(3, 10)];
    expect(pairedRatio([run(1, 5), run(2, 5), run(3, 5)], baseline, ratio)?.median).toBe(0.5);
    expect(pairedRatio([run(1, 5)], baseline, ratio)).toBeUndefined();
  });

  it('is undefined without any values', () => {
    expect(spreadOf([])).toBeUndefined();
  });
});

describe('the order of servers', () => {
  it('rotates, so that each comes first in turn', () => {
    expect([0, 1, 2, 3].map((start) => rotated(['a', 'b', 'c'], start).join(''))).toEqual([
      'abc',
      'bca',
      'cab',
      'abc',
    ]);
    expect(rotated([], 2)).toEqual([]);
  });
});
