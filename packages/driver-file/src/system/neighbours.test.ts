import type { BatchedRead, BatchedWrite } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { endOfReads, endOfWrites, RUN_MAX } from './neighbours.ts';

type Range = readonly [offset: number, length: number];

const FAR = 2 ** 33;

const reads = (ranges: readonly Range[]): BatchedRead[] =>
  ranges.map(([offset, length]) => ({
    target: new Uint8Array(length),
    offset,
    answer: undefined,
  }));

const writes = (ranges: readonly Range[]): BatchedWrite[] =>
  ranges.map(([offset, length]) => ({
    source: new Uint8Array(length),
    offset,
    fua: false,
    answer: undefined,
  }));

/** The lengths of the runs that a function cuts `batch` into. */
function runsOf<One>(
  batch: readonly One[],
  endOf: (batch: readonly One[], from: number, end: number) => number,
): number[] {
  const runs: number[] = [];
  for (let from = 0, end = 0; from < batch.length; from = end) {
    end = endOf(batch, from, batch.length);
    runs.push(end - from);
  }
  return runs;
}

const long = (count: number): Range[] => Array.from({ length: count }, (_, i) => [FAR + i, 1]);

describe('a run of neighbours', () => {
  test.each<[string, readonly Range[], readonly number[]]>([
    ['one alone', [[5, 10]], [1]],
    [
      'each where the one before ends, whatever their lengths',
      [
        [FAR, 10],
        [FAR + 10, 1],
        [FAR + 11, 4096],
      ],
      [3],
    ],
    [
      'a gap of a byte',
      [
        [0, 10],
        [11, 10],
      ],
      [1, 1],
    ],
    [
      'an overlap of a byte',
      [
        [0, 10],
        [9, 10],
      ],
      [1, 1],
    ],
    [
      'the same again',
      [
        [0, 10],
        [0, 10],
      ],
      [1, 1],
    ],
    [
      'from back to front',
      [
        [20, 10],
        [10, 10],
        [0, 10],
      ],
      [1, 1, 1],
    ],
    [
      'a gap of 2^32, which 32 bits cannot tell',
      [
        [0, 10],
        [10 + 2 ** 32, 10],
      ],
      [1, 1],
    ],
    [
      'several runs',
      [
        [0, 10],
        [10, 10],
        [50, 1],
        [7, 3],
        [10, 1],
        [11, 1],
      ],
      [2, 1, 3],
    ],
    ['as many as one call takes', long(RUN_MAX), [RUN_MAX]],
    ['more than that', long(2 * RUN_MAX + 1), [RUN_MAX, RUN_MAX, 1]],
  ])('%s', (_, ranges, runs) => {
    expect(runsOf(reads(ranges), endOfReads)).toEqual(runs);
    expect(runsOf(writes(ranges), endOfWrites)).toEqual(runs);
  });

  test('ends where it is told to', () => {
    expect(endOfReads(reads(long(9)), 2, 5)).toBe(5);
    expect(endOfWrites(writes(long(9)), 2, 5)).toBe(5);
  });
});
