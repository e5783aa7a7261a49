/** Which test names which rule. */
import { readTests } from './read-tests.ts';
import { namedRules } from './rule-ids.ts';
import type { TestFiles } from './test-files.ts';

/** A test that names a rule. */
export interface Proof {
  /** From the root of the repository. */
  readonly path: string;
  readonly title: string;
  readonly isConditional: boolean;
}

/** From the id of a rule, also of one that there is not, to its tests, by file. */
export type Proofs = ReadonlyMap<string, readonly Proof[]>;

/** Reads the titles in `files`. A run of ids names those between its ends that are in `known`. */
export function findProofs(files: TestFiles, known: ReadonlySet<string>): Proofs {
  const proofs = new Map<string, Proof[]>();
  for (const [path, source] of files) {
    for (const test of readTests(path, source)) {
      for (const id of namedRules(test.title, known)) {
        const ofRule = proofs.get(id) ?? [];
        ofRule.push({ path, ...test });
        proofs.set(id, ofRule);
      }
    }
  }
  return proofs;
}
