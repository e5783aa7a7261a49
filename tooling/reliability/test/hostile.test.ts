import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { type HostileScale, runHostile } from '../src/hostile/hostile-run.ts';
import { HOSTILE_SERVERS } from '../src/hostile/hostile-table.ts';
import { LENGTH_LIES } from '../src/hostile/length-lies.ts';
import { faultsOf } from '../src/hostile/tell-hostile.ts';

const SCALE: HostileScale = { idle: 40, stalled: 16, dribbling: 20, resets: 300, seconds: 0.5 };

const seed = randomInt(2 ** 31);
console.info(`to repeat, at its full size: hostile --seed ${seed}`);

it.for(HOSTILE_SERVERS)(
  '$about: serves a healthy client under attack, and has back what was taken',
  async ({ workers }) => {
    const report = await runHostile({ seed, scale: SCALE, workers });
    expect(faultsOf(report)).toEqual([]);
    expect(report.lies).toBeGreaterThanOrEqual(LENGTH_LIES.length);
    expect(report.handshakes).toBeGreaterThanOrEqual(SCALE.dribbling);
  },
);

it('a report that breaks a promise is found out', async () => {
  const health = { reads: 100, wrong: 0, p50: 1, p99: 2, max: 3 };
  const good = {
    lies: 1,
    handshakes: 1,
    dribbledBytes: 1,
    before: health,
    meanwhile: health,
    beside: health,
    memory: { quiet: 1, peak: 2, bound: 2 },
    descriptors: { before: 5, after: 5 },
    slots: { free: 9, of: 9 },
    keepsLimit: true,
    log: '',
    exit: '0',
  };
  expect(faultsOf(good)).toEqual([]);
  const bad = [
    { meanwhile: { ...health, wrong: 1 } },
    { meanwhile: { ...health, reads: 0 } },
    { meanwhile: { ...health, p50: 11 } },
    { meanwhile: { ...health, p99: 111 } },
    { memory: { quiet: 1, peak: 3, bound: 2 } },
    { descriptors: { before: 5, after: 6 } },
    { slots: { free: 8, of: 9 } },
    { keepsLimit: false },
    { log: 'an error' },
    { exit: 'SIGSEGV' },
  ];
  for (const change of bad) expect(faultsOf({ ...good, ...change })).toHaveLength(1);
});
