/** Which test names which rule. */
import { readTests } from './read-tests.ts';
import { namedFaults, namedRules } from './rule-ids.ts';
import type { TestFiles } from './test-files.ts';

/** A test that names a rule, or a fault that others had. */
export interface Proof {
  /** From the root of the repository. */
  readonly path: string;
  readonly title: string;
  readonly isConditional: boolean;
}

/** From an id, also of what there is not, to its tests, by file. */
export type Proofs = ReadonlyMap<string, readonly Proof[]>;

/** The tests of rules: reads the titles in `files`. A run of ids names those between its ends that are in `known`. */
export function findProofs(files: TestFiles, known: ReadonlySet<string>): Proofs {
  return findNamed(files, (title) => namedRules(title, known));
}

/** The tests of faults that others had. */
export function findFaultProofs(files: TestFiles): Proofs {
  return findNamed(files, namedFaults);
}

function findNamed(files: TestFiles, idsIn: (title: string) => readonly string[]): Proofs {
  const proofs = new Map<string, Proof[]>();
  for (const [path, source] of files) {
    for (const test of readTests(path, source)) {
      for (const id of idsIn(test.title)) {
        const ofId = proofs.get(id) ?? [];
        ofId.push({ path, ...test });
        proofs.set(id, ofId);
      }
    }
  }
  return proofs;
}
