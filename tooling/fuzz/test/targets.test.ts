/** A short run of each target from a new seed, and every input that is kept of earlier runs. `NBD_SEED` repeats a run. */
import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readInputs } from '../src/corpus-folder.ts';
import { fuzz } from '../src/fuzz.ts';
import { outcomesOf } from '../src/outcome.ts';
import { TARGETS } from '../src/target-table.ts';

const seed = Number(process.env['NBD_SEED'] ?? randomInt(2 ** 32));

describe.each(TARGETS)('$name', (target) => {
  test('survives what once broke it, and what reaches far', async () => {
    for (const folder of ['finds', 'corpus'] as const) {
      for (const [name, input] of readInputs(folder, target.name)) {
        const [outcome] = await outcomesOf(target, [input]);
        expect(outcome?.error, `${folder}/${target.name}/${name}`).toBeUndefined();
      }
    }
  });

  test(`survives a short run with the seed ${seed}`, async () => {
    const corpus = [...readInputs('corpus', target.name).values()];
    const { finds } = await fuzz({
      target,
      seed,
      runsMax: corpus.length + 100,
      bytesMax: Number.POSITIVE_INFINITY,
      corpus,
    });
    expect(finds.map(({ signature }) => signature)).toEqual([]);
  });
});
