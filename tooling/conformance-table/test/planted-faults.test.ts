import { describe, expect, it } from 'vitest';
import { checkChoices } from '../src/check-choices.ts';
import { checkFaultProofs, checkProofs } from '../src/check-proofs.ts';
import { conformancePage } from '../src/conformance-page.ts';
import { findFaultProofs, findProofs } from '../src/proofs.ts';
import { readFaults, readNotes, readRules } from '../src/read-register.ts';
import type { Register } from '../src/register.ts';

const RULES = readRules(
  'rules.md',
  `## Parts

- C-001 MUST: One.
- C-002 MAY, ours: Two.

## More

- K-001 SHOULD: Three.
`,
);
const REGISTER: Register = {
  rules: RULES,
  topics: readNotes('topics.md', '- D-01: A topic.\n'),
  reasons: readNotes('reasons.md', '- C-002: It cannot be seen.\n'),
  faults: readFaults(
    'f.md',
    '## In servers\n\n- E-01, CVE-2005-3534, CVE-2011-0530: A.\n- E-02: B.\n',
  ),
};
const KNOWN = new Set(RULES.map(({ id }) => id));
const SOUND = "test('C-001 K-001 a_b', f);";

function proofsOf(...sources: readonly string[]): ReturnType<typeof findProofs> {
  return findProofs(new Map(sources.map((source, i) => [`p/test/${i}.test.ts`, source])), KNOWN);
}

describe('checkProofs', () => {
  it('takes no offence where every rule has a test or a reason', () => {
    expect(checkProofs(REGISTER, proofsOf(SOUND))).toEqual([]);
  });

  it.each([
    ['a rule that lost its test', "test('C-001', f);", ['K-001 (SHOULD) has no test: Three.']],
    [
      'a rule whose only test is skipped',
      "test('C-001', f); test.skip('K-001', f);",
      ['K-001 (SHOULD) has no test: Three.'],
    ],
    [
      'a test of a rule that there is not',
      `${SOUND} test('C-999', f);`,
      ['p/test/0.test.ts: "C-999" names C-999, which is no rule'],
    ],
    [
      'a reason that is no longer needed',
      `${SOUND} test('C-002', f);`,
      ['C-002 has tests, and a reason to have none'],
    ],
  ])('finds %s', (_fault, source, faults) => {
    expect(checkProofs(REGISTER, proofsOf(source))).toEqual(faults);
  });

  it('finds a reason for a rule that there is not', () => {
    const reasons = new Map([...REGISTER.reasons, ['C-998', 'It is gone.']]);
    expect(checkProofs({ ...REGISTER, reasons }, proofsOf(SOUND))).toEqual([
      'the reasons name C-998, which is no rule',
    ]);
  });
});

function faultProofsOf(source: string): ReturnType<typeof findFaultProofs> {
  return findFaultProofs(new Map([['p/test/0.test.ts', source]]));
}

describe('checkFaultProofs', () => {
  it.each([
    [
      'nothing where each has a test',
      "test('E-01 C-001', f); test.each([['E-02 a']])('%s', f);",
      [],
    ],
    [
      'a fault that lost its test, with its advisories',
      "test('C-001', f); test('E-02', f); test.skip('E-01', f);",
      ['E-01, CVE-2005-3534, CVE-2011-0530 has no test: A.'],
    ],
    [
      'a test of a fault that is not known',
      "test('E-01 E-02 E-99', f);",
      ['p/test/0.test.ts: "E-01 E-02 E-99" names E-99, which is no known fault'],
    ],
  ])('finds %s', (_fault, source, faults) => {
    expect(checkFaultProofs(REGISTER, faultProofsOf(source))).toEqual(faults);
  });
});

describe('checkChoices', () => {
  it('takes no offence at a page that names each topic and each rule with a choice', () => {
    expect(checkChoices(REGISTER, '| C-002 | x |\n| K-001 D-01 | y |\n')).toEqual([]);
  });

  it('finds what the page leaves out, and what it names and is not there', () => {
    expect(checkChoices(REGISTER, 'C-002 C-999 D-02')).toEqual([
      'docs/protocol-choices.md does not name K-001: Three.',
      'docs/protocol-choices.md does not name D-01: A topic.',
      'docs/protocol-choices.md names C-999, which is neither a rule nor a topic',
      'docs/protocol-choices.md names D-02, which is neither a rule nor a topic',
    ]);
  });
});

describe('conformancePage', () => {
  it('shows each rule with its tests in the order of the files, or with its reason', () => {
    const proofs = proofsOf(SOUND, "test.skipIf(x)('again K-001', f);");
    const page = conformancePage(REGISTER, proofs, faultProofsOf("test('E-01', f);"));
    const at = page.indexOf('| level');
    expect(page.slice(at)).toBe(`| level      | rules | with a test | with a reason instead |
| ---------- | ----- | ----------- | --------------------- |
| MUST       | 1     | 1           | 0                     |
| MUST NOT   | 0     | 0           | 0                     |
| SHOULD     | 1     | 1           | 0                     |
| SHOULD NOT | 0     | 0           | 0                     |
| MAY        | 1     | 0           | 1                     |

## Rules for servers

### Parts

- **C-001** MUST: One.
  - \`p/test/0.test.ts\`: "C-001 K-001 a\\_b"
- **C-002** MAY, _ours_: Two.
  - No test: It cannot be seen.

## Rules for clients

### More

- **K-001** SHOULD: Three.
  - \`p/test/0.test.ts\`: "C-001 K-001 a\\_b"
  - \`p/test/1.test.ts\`: "again K-001", _where it can run_

## Faults that others had

Servers and clients of NBD have had these, some with an advisory of their own. Each line says what must hold here in their place, and how many tests
name it; the tests have its id in their titles.

### In servers

| fault | known as                     | what holds | tests |
| ----- | ---------------------------- | ---------- | ----- |
| E-01  | CVE-2005-3534, CVE-2011-0530 | A.         | 1     |
| E-02  |                              | B.         | 0     |
`);
  });
});
