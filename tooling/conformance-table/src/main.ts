/** `pnpm conformance`: writes `docs/conformance.md`, and says what is wrong with what it tells. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHOICES_PAGE, checkChoices } from './check-choices.ts';
import { checkFaultProofs, checkProofs } from './check-proofs.ts';
import { CONFORMANCE_PAGE, conformancePage } from './conformance-page.ts';
import { findFaultProofs, findProofs } from './proofs.ts';
import { readRegister } from './register.ts';
import { readTestFiles } from './test-files.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const register = readRegister();
const files = readTestFiles(ROOT);
const ofFaults = findFaultProofs(files);
const proofs = findProofs(files, new Set(register.rules.map(({ id }) => id)));
writeFileSync(ROOT + CONFORMANCE_PAGE, conformancePage(register, proofs, ofFaults));

const faults = [
  ...checkProofs(register, proofs),
  ...checkFaultProofs(register, ofFaults),
  ...checkChoices(register, readFileSync(ROOT + CHOICES_PAGE, 'utf8')),
];
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
