import { describe, expect, it } from 'vitest';
import { measure } from './measure.ts';
import { microTable, referenceOf } from './micro-table.ts';

/** A clock that stands still but for what is added to `millis`. */
function manualClock() {
  const clock = { millis: 0 };
  return {
    clock,
    now: (): number => {
      // Each look at it takes time, so that loops until a time end.
      clock.millis += 0.001;
      return clock.millis;
    },
  };
}

describe('a measurement', () => {
  it('is in nanoseconds for an operation, undisturbed, and in turns of the calibration loop', () => {
    const { clock, now } = manualClock();
    let calls = 0;
    const bench = {
      name: 'x',
      operations: 100,
      run(): void {
        calls++;
        // One call in three is disturbed.
        clock.millis += calls % 3 === 0 ? 50 : 0.999;
      },
    };
    const [calibration, timing] = measure([bench], { rounds: 3, sliceMillis: 5 }, now);
    expect(timing?.name).toBe('x');
    expect(timing?.nanos).toBeCloseTo(1e6 / 100, 0);
    // The calibration loop has 4096 turns, and on this clock takes no time but that of looking at it.
    expect(calibration?.ratio).toBeCloseTo(1);
    expect(timing?.ratio).toBeCloseTo(1e4 / (1000 / 4096), -2);
  });
});

describe('the table of timings', () => {
  const timings = [
    { name: 'calibration loop', nanos: 2, ratio: 1 },
    { name: 'a', nanos: 8, ratio: 4 },
    { name: 'b', nanos: 3, ratio: 1.5 },
    { name: 'new', nanos: 3, ratio: 1.5 },
  ];

  it('marks what is slower than what was kept, and leaves open what was not kept', () => {
    const reference = { 'calibration loop': 1, a: 2, b: 1.4 };
    expect(microTable(timings, reference).split('\n')).toEqual([
      '                        ns     ratio reference     times',
      'calibration loop       2.0      1.00      1.00      1.00',
      'a                      8.0      4.00      2.00      2.00  SLOWER',
      'b                      3.0      1.50      1.40      1.07',
      'new                    3.0      1.50         -         -',
    ]);
  });

  it('is all ones beside its own reference', () => {
    expect(microTable(timings, referenceOf(timings))).not.toMatch(/SLOWER|-/);
  });
});
