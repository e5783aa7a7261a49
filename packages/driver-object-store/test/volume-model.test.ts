/** See `simulation/simulation.ts` for what is promised, and what happens. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { history, run } from './simulation/history.ts';

const RUNS = 3000;
const seed = process.env['NBD_SEED'] ?? '';

test('no acknowledged byte is lost and no two hosts commit, whatever dies, stands still or comes late', async () => {
  await expect(
    fc.assert(
      fc.asyncProperty(history, (steps) => run(steps)),
      { numRuns: RUNS, ...(seed !== '' && { seed: Number(seed) }) },
    ),
  ).resolves.toBeUndefined();
}, 240_000);
