/** A short run of each target from a new seed, and every input that is kept of earlier runs. `NBD_SEED` repeats a run. */
import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { readInputs } from '../src/corpus-folder.ts';
import { fuzz } from '../src/fuzz.ts';
import { TARGETS } from '../src/target-table.ts';

const seed = Number(process.env['NBD_SEED'] ?? randomInt(2 ** 32));

test.each(TARGETS)(
  `$name survives what once broke it, and a short run with the seed ${seed}`,
  async (target) => {
    const known = [
      ...readInputs('finds', target.name).values(),
      ...readInputs('corpus', target.name).values(),
    ];
    // All that is known is run first.
    const { finds, executions } = await fuzz({
      target,
      seed,
      runsMax: target.seeds().length + known.length + 100,
      bytesMax: Number.POSITIVE_INFINITY,
      corpus: known,
      findsMax: 10,
    });
    expect(finds.map(({ signature }) => signature)).toEqual([]);
    expect(executions).toBeGreaterThan(known.length);
  },
);
