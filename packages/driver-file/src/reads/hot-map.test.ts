import { describe, expect, test } from 'vitest';
import { HotMap } from './hot-map.ts';

const REGION = 64 * 1024;
const SIZE = 1000 * REGION;
/** Durations of 4 KiB reads on the loop, in milliseconds. */
const FAST = 0.01;
const SLOW = 0.3;
const STALL = 10;

/** Reads 4 KiB at `offset` on the loop, which takes `millis`. */
function learn(map: HotMap, offset: number, now: number, millis: number): void {
  map.learn(offset, 4096, now, now + millis);
}

/** A map whose budget is spent: only hot regions are allowed. */
function spent(): HotMap {
  const map = new HotMap(SIZE, 0);
  for (let region = 900; map.allows(region * REGION, 1, 0); region++) {
    learn(map, region * REGION, 0, SLOW);
  }
  return map;
}

describe('the hot map', () => {
  test('a new map allows probes, and as many fast ones as there are regions', () => {
    const map = new HotMap(SIZE, 0);
    for (let region = 0; region < 1000; region++) {
      expect(map.allows(region * REGION, 4096, 0)).toBe(true);
      learn(map, region * REGION, 0, FAST);
    }
  });

  test('slow probes spend the budget, so that a cold disk holds the loop for 2 ms at first', () => {
    const map = new HotMap(SIZE, 0);
    let probes = 0;
    for (; map.allows(probes * REGION, 4096, 0); probes++) learn(map, probes * REGION, 0, SLOW);
    expect(probes).toBe(Math.ceil(2 / SLOW));
  });

  test('the budget is earned back at a fiftieth of the time', () => {
    const map = new HotMap(SIZE, 0);
    learn(map, 0, 0, 0.4);
    learn(map, 0, 1, 0.4);
    learn(map, 0, 2, 0.4);
    learn(map, 0, 3, 0.4);
    learn(map, 0, 4, 0.45);
    // 2 ms less 2.05 ms: 0.05 ms are missing, which takes 2.5 ms.
    expect(map.allows(0, 4096, 2.4)).toBe(false);
    expect(map.allows(0, 4096, 2.6)).toBe(true);
  });

  test('a fast read makes its region hot, also when there is no budget', () => {
    const map = spent();
    expect(map.allows(0, 4096, 0)).toBe(false);
    learn(map, 0, 0, FAST);
    expect(map.allows(REGION - 4096, 4096, 0)).toBe(true);
    expect(map.allows(REGION - 4096, 4097, 0)).toBe(false);
  });

  test('a slow read makes its region cold again', () => {
    const map = spent();
    learn(map, 0, 0, FAST);
    learn(map, 0, 0, SLOW);
    expect(map.allows(0, 4096, 0)).toBe(false);
  });

  test('a long read may take longer, for it copies more', () => {
    const map = spent();
    map.learn(0, 4 * REGION, 0, 0.25);
    expect(map.allows(0, 4 * REGION, 0)).toBe(true);
  });

  test('a range read as a whole makes the regions within it hot, and no others', () => {
    const map = spent();
    map.cover(REGION - 1, REGION + 2);
    expect(map.allows(REGION, REGION, 0)).toBe(true);
    expect(map.allows(0, REGION, 0)).toBe(false);
    expect(map.allows(2 * REGION, 1, 0)).toBe(false);
  });

  test('a range within one region makes nothing hot', () => {
    const map = spent();
    map.cover(1, REGION - 1);
    expect(map.allows(1, 1, 0)).toBe(false);
  });

  test('four stalls within a second stop reads on the loop for a second, hot or not', () => {
    const map = new HotMap(SIZE, 0);
    learn(map, 0, 0, FAST);
    for (const now of [100, 200, 300]) learn(map, REGION, now, STALL);
    expect(map.allows(0, 4096, 310)).toBe(true);
    learn(map, REGION, 400, STALL);
    expect(map.allows(0, 4096, 1409)).toBe(false);
    expect(map.allows(0, 4096, 1410)).toBe(true);
  });

  test('stalls that are far apart do not stop reads on the loop', () => {
    const map = new HotMap(SIZE, 0);
    learn(map, 0, 0, FAST);
    for (const now of [0, 500, 990, 1600, 2100]) learn(map, REGION, now, STALL);
    expect(map.allows(0, 4096, 2110)).toBe(true);
  });

  test('beyond the size that the disk had, nothing becomes hot but probes are allowed', () => {
    const map = new HotMap(REGION, 0);
    learn(map, 10 * REGION, 0, FAST);
    expect(map.allows(10 * REGION, 4096, 0)).toBe(true);
    learn(map, 0, 0, 2);
    expect(map.allows(10 * REGION, 4096, 0)).toBe(false);
  });

  test('the map of a disk of 2^53 - 1 bytes is bounded, and still works', () => {
    const map = new HotMap(Number.MAX_SAFE_INTEGER, 0);
    learn(map, 2 ** 52, 0, FAST);
    learn(map, 0, 0, 3);
    expect(map.allows(2 ** 52, 4096, 0)).toBe(true);
    expect(map.allows(2 ** 51, 4096, 0)).toBe(false);
  });
});
