/**
 * The time that an operation takes, as a ratio to that of a fixed loop on the same machine.
 */
import { median } from '../results/statistics.ts';
import type { MicroBench } from './micro-bench.ts';

export interface Timing {
  readonly name: string;
  /** Nanoseconds for an operation: the least of all rounds, which is the one least disturbed. */
  readonly nanos: number;
  /** Times a turn of the calibration loop: the median of those within rounds. */
  readonly ratio: number;
}

/** Answers the time now, in milliseconds from any start. */
export type Clock = () => number;

export interface Effort {
  readonly rounds: number;
  /** How long each benchmark runs in each round. */
  readonly sliceMillis: number;
}

const TURNS = 4096;
const TABLE = new DataView(new ArrayBuffer(TURNS * 4));

/** What the others are compared with: it reads, computes and writes words, as a codec does. */
const CALIBRATION: MicroBench = {
  name: 'calibration loop',
  operations: TURNS,
  run() {
    let sum = 1;
    for (let at = 0; at < TABLE.byteLength; at += 4) {
      sum = (Math.imul(sum, 31) + TABLE.getUint32(at)) | 0;
      TABLE.setInt32(at, sum);
    }
  },
};

/**
 * Runs all of `benches` in turn, `rounds` times over, each time beside the calibration loop: what slows
 * the machine for longer than a slice slows both. The first in what it answers is that loop.
 */
export function measure(
  benches: readonly MicroBench[],
  { rounds, sliceMillis }: Effort,
  clock: Clock,
): readonly Timing[] {
  const all = [CALIBRATION, ...benches];
  for (const each of all) slice(each, sliceMillis, clock);
  const nanos = all.map((): number[] => []);
  const ratios = all.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, each] of all.entries()) {
      const turn = slice(CALIBRATION, sliceMillis, clock);
      const operation = each === CALIBRATION ? turn : slice(each, sliceMillis, clock);
      nanos[index]?.push(operation);
      ratios[index]?.push(operation / turn);
    }
  }
  return all.map(({ name }, index) => ({
    name,
    nanos: Math.min(...(nanos[index] ?? [])),
    ratio: median(ratios[index] ?? []),
  }));
}

/** Nanoseconds for an operation in the best of the runs that fill about `millis`. */
function slice({ operations, run }: MicroBench, millis: number, clock: Clock): number {
  const end = clock() + millis;
  let best = Infinity;
  do {
    const began = clock();
    run();
    best = Math.min(best, clock() - began);
  } while (clock() < end);
  return (best * 1e6) / operations;
}
