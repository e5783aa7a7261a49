import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { runSoak } from '../src/soak/soak-run.ts';
import { SOAK_SERVERS } from '../src/soak/soak-table.ts';
import { faultsOf } from '../src/soak/tell-soak.ts';

const SECONDS = 5;
/** A write that was lost goes unseen if another replaces it before it is read. */
const RUNS_MAX = 5;

const seed = randomInt(2 ** 31);
console.info(`to repeat: soak --seconds ${SECONDS} --seed ${seed} --server all`);

const sound = SOAK_SERVERS.filter((kind) => kind.sound);
it.for(sound)('$about: no byte is wrong, and nothing is left behind', async (kind) => {
  const report = await runSoak({ kind, seconds: SECONDS, seed });
  expect(faultsOf(report)).toEqual([]);
  expect(report.bytesRead).toBeGreaterThan(0);
  expect(report.resets).toBeGreaterThan(0);
  expect(report.rude).toBeGreaterThan(0);
});

const controls = SOAK_SERVERS.filter((kind) => !kind.sound);
it.for(controls)('$about: a control, which is found out', async (kind) => {
  let wrong = 0;
  for (let run = 0; wrong === 0 && run < RUNS_MAX; run++) {
    ({ wrongBytes: wrong } = await runSoak({ kind, seconds: 2, seed: seed + run }));
  }
  expect(wrong).toBeGreaterThan(0);
});
