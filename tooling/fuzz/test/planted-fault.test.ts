/** The fuzzer finds what is known to be there. A fuzzer that finds nothing anywhere would pass every other test. */
import { expect, test } from 'vitest';
import type { Finding } from '../src/finding.ts';
import { fuzz } from '../src/fuzz.ts';
import type { Target } from '../src/target.ts';
import { plantedLengths, plantedLoop, plantedValue, sound } from './planted-target.ts';

/** Runs, and executions of each, in which it must be found. */
const SEEDS = [1, 2, 3, 4];
const RUNS_MAX = 40_000;

/** The first find, if there is one. */
async function hunt(
  target: Target,
  isGuided: boolean,
  seeds: readonly number[] = SEEDS,
): Promise<Finding | undefined> {
  for (const seed of seeds) {
    const bytesMax = Number.POSITIVE_INFINITY;
    const { finds } = await fuzz({ target, seed, runsMax: RUNS_MAX, bytesMax, isGuided });
    if (finds.length > 0) return finds[0];
  }
  return undefined;
}

test('a fault behind a value of three bytes is found, and shown by nothing more than that value', async () => {
  const finding = await hunt(plantedValue, true);
  expect(finding?.error).toEqual(new Error('the planted value'));
  expect(finding?.input.messages).toEqual([Uint8Array.of(0x4e, 0x42, 0x44)]);
});

test('a fault behind messages of three lengths is found, and shown by nothing more than these', async () => {
  const finding = await hunt(plantedLengths, true);
  expect(finding?.error).toEqual(new Error('the planted lengths'));
  expect(finding?.input.messages).toEqual([22, 11, 33].map((length) => new Uint8Array(length)));
});

test('without guidance neither is found in a whole run', async () => {
  expect(await hunt(plantedValue, false, [1])).toBeUndefined();
  expect(await hunt(plantedLengths, false, [1])).toBeUndefined();
});

test('a target that goes round and round is found by its steps, not by the clock', async () => {
  const { finds } = await fuzz({
    target: plantedLoop,
    seed: 1,
    runsMax: 10,
    bytesMax: Number.POSITIVE_INFINITY,
  });
  expect(finds.map(({ signature }) => signature)).toEqual([
    expect.stringContaining('a block ran N times'),
  ]);
});

test('where there is no fault nothing is found', async () => {
  const { finds, executions } = await fuzz({
    target: sound,
    seed: 1,
    runsMax: 1000,
    bytesMax: Number.POSITIVE_INFINITY,
  });
  expect(finds).toEqual([]);
  expect(executions).toBe(1000);
});
