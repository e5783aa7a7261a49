import { expect, test } from 'vitest';
import { LATENCY_BOUNDS } from './latency-histogram.ts';
import { LoopWatch } from './loop-watch.ts';

const indexOf = (seconds: number) => LATENCY_BOUNDS.findIndex((bound) => bound >= seconds);

test('timers that are late are counted by how much', () => {
  let now = 0;
  const ticks: (() => void)[] = [];
  let stopped = false;
  const watch = new LoopWatch({
    now: () => now,
    every(_millis, task) {
      ticks.push(task);
      return () => {
        stopped = true;
      };
    },
    busyMillis: () => 1500,
  });
  for (const passed of [250, 250 + 3, 250 + 40, 250 - 1]) {
    now += passed;
    for (const tick of ticks) tick();
  }
  const counts = [...LATENCY_BOUNDS.map(() => 0), 0];
  counts[0] = 2;
  counts[indexOf(0.003)] = 1;
  counts[indexOf(0.04)] = 1;
  expect(watch.lag.counts).toEqual(counts);
  expect(watch.lag.sum).toBeCloseTo(0.043, 9);
  expect(watch.busySeconds).toBe(1.5);
  watch.stop();
  expect(stopped).toBe(true);
});
