import type { InFlight } from '@nbd/session';
import { expect, test } from 'vitest';
import { LATENCY_BOUNDS } from './latency-histogram.ts';
import { Meter } from './meter.ts';
import { RequestStopwatch } from './request-stopwatch.ts';

const READ = 0;
const WRITE = 1;

/** A stopwatch inside of a turn, on a clock that is set by hand, in milliseconds. */
function onClock() {
  const clock = { now: 1000, readings: 0 };
  const meter = new Meter();
  const stopwatch = new RequestStopwatch(meter, () => {
    clock.readings++;
    return clock.now;
  });
  clock.readings = 0;
  return { clock, meter, stopwatch };
}

function asked(type: number): InFlight {
  return { type, beganAt: 0, diskBeganAt: 0 } as InFlight;
}

/** Requests of `type` that a disk has answered at once. */
function answerAtOnce(stopwatch: RequestStopwatch, type: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const request = asked(type);
    stopwatch.begins(request);
    stopwatch.diskEnds(request);
    stopwatch.answered(request, 4096);
  }
}

test('requests that are answered at once have the times of their turn, for three readings of the clock', () => {
  const { clock, meter, stopwatch } = onClock();
  stopwatch.turnBegins();
  answerAtOnce(stopwatch, READ, 10);
  clock.now += 2;
  stopwatch.sends();
  clock.now += 1;
  stopwatch.sent();
  stopwatch.turnEnds(false);
  const { READ: read, ...others } = meter.commands();
  expect(others).toEqual({});
  expect(read).toMatchObject({ requests: 10, bytes: 40_960, diskSeconds: 0.02 });
  expect(read?.latency.sum).toBeCloseTo(0.03, 9);
  const index = LATENCY_BOUNDS.findIndex((bound) => bound >= 0.003);
  expect(read?.latency.counts[index]).toBe(10);
  expect(clock.readings).toBe(3);
});

test('each send begins a slice of its own', () => {
  const { clock, meter, stopwatch } = onClock();
  stopwatch.turnBegins();
  for (let slice = 0; slice < 2; slice++) {
    answerAtOnce(stopwatch, WRITE, 1);
    clock.now += 4;
    stopwatch.sends();
    clock.now += 4;
    stopwatch.sent();
  }
  stopwatch.turnEnds(false);
  const { WRITE: write } = meter.commands();
  expect(write).toMatchObject({ requests: 2, diskSeconds: 0.008 });
  expect(write?.latency.sum).toBeCloseTo(0.016, 9);
});

test('what a disk answers later is with it until then, and then waits to be sent', () => {
  const { clock, meter, stopwatch } = onClock();
  const request = asked(READ);
  stopwatch.turnBegins();
  stopwatch.begins(request);
  stopwatch.turnEnds(false);
  clock.now += 100;
  stopwatch.diskEnds(request);
  stopwatch.answered(request, 1);
  clock.now += 20;
  stopwatch.turnBegins();
  stopwatch.sends();
  stopwatch.sent();
  const { READ: read } = meter.commands();
  expect(read?.diskSeconds).toBeCloseTo(0.1, 9);
  expect(read?.latency.sum).toBeCloseTo(0.12, 9);
});

test('a long READ is with the disk from piece to piece, not while its client is slow', () => {
  const { clock, meter, stopwatch } = onClock();
  const request = asked(READ);
  stopwatch.turnBegins();
  stopwatch.begins(request);
  for (let piece = 0; piece < 2; piece++) {
    stopwatch.turnBegins();
    stopwatch.diskBegins(request);
    stopwatch.turnEnds(false);
    clock.now += 10;
    stopwatch.diskEnds(request);
    clock.now += 1000;
  }
  stopwatch.answered(request, 1);
  stopwatch.sent();
  const { READ: read } = meter.commands();
  expect(read?.diskSeconds).toBeCloseTo(0.02, 9);
  expect(read?.latency.sum).toBeCloseTo(2.02, 9);
});

test('replies beyond those that can wait are counted all the same', () => {
  const { meter, stopwatch } = onClock();
  stopwatch.turnBegins();
  answerAtOnce(stopwatch, READ, 1000);
  stopwatch.sends();
  stopwatch.sent();
  expect(meter.commands()['READ']?.requests).toBe(1000);
});

test('the time of a client that is behind is counted, once it is over and before', () => {
  const { clock, meter, stopwatch } = onClock();
  stopwatch.turnEnds(true);
  clock.now += 300;
  stopwatch.turnEnds(true);
  clock.now += 200;
  expect([stopwatch.isBehind, stopwatch.behindMillis(), meter.stalledMillis]).toEqual([
    true,
    500,
    0,
  ]);
  stopwatch.turnEnds(false);
  clock.now += 200;
  expect([stopwatch.isBehind, stopwatch.behindMillis(), meter.stalledMillis]).toEqual([
    false,
    0,
    500,
  ]);
});
