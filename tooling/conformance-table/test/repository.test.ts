/** What `docs/conformance.md` and `docs/protocol-choices.md` say, asked of this repository. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CHOICES_PAGE, checkChoices } from '../src/check-choices.ts';
import { checkFaultProofs, checkProofs } from '../src/check-proofs.ts';
import { CONFORMANCE_PAGE, conformancePage } from '../src/conformance-page.ts';
import { findFaultProofs, findProofs } from '../src/proofs.ts';
import { readRegister } from '../src/register.ts';
import { readTestFiles } from '../src/test-files.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const register = readRegister();
const files = readTestFiles(ROOT);
const ofFaults = findFaultProofs(files);
const proofs = findProofs(files, new Set(register.rules.map(({ id }) => id)));

function read(page: string): string {
  return readFileSync(ROOT + page, 'utf8');
}

describe('this repository', () => {
  it('is read: tests of many files name rules', () => {
    const paths = [...proofs.values()].flatMap((tests) => tests.map(({ path }) => path));
    expect(new Set(paths).size).toBeGreaterThan(40);
    expect(register.rules.length).toBeGreaterThan(250);
  });

  it('has a test for every rule, or a reason to have none', () => {
    expect(checkProofs(register, proofs)).toEqual([]);
  });

  it('has a test for every fault that is known of others', () => {
    expect(checkFaultProofs(register, ofFaults)).toEqual([]);
    expect(register.faults.flatMap(({ advisories }) => advisories).length).toBeGreaterThan(20);
  });

  it('decides in protocol-choices.md whatever is left open', () => {
    expect(checkChoices(register, read(CHOICES_PAGE))).toEqual([]);
  });

  it('has a conformance.md that is up to date; if not, run "pnpm conformance"', () => {
    expect(read(CONFORMANCE_PAGE)).toBe(conformancePage(register, proofs, ofFaults));
  });
});
