/**
 * `--micro`: the code that each request goes through, in nanoseconds for a request.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { measure } from './measure.ts';
import { findMicroBenches } from './micro-bench.ts';
import { microTable, type Reference, referenceOf } from './micro-table.ts';

const PACKAGES = fileURLToPath(new URL('../../../../packages', import.meta.url));
const REFERENCE = new URL('../../micro-reference.json', import.meta.url);

/** A few seconds for all of them. */
const EFFORT = { rounds: 21, sliceMillis: 4 };

/** Answers the table; `updateReference`: and keeps the figures for the next time. */
export async function runMicro(updateReference: boolean): Promise<string> {
  const benches = await findMicroBenches(PACKAGES);
  const timings = measure(benches, EFFORT, () => performance.now());
  if (updateReference) {
    await writeFile(REFERENCE, `${JSON.stringify(referenceOf(timings), undefined, 2)}\n`);
  }
  const reference = JSON.parse(await readFile(REFERENCE, 'utf8')) as Reference;
  return microTable(timings, reference);
}
