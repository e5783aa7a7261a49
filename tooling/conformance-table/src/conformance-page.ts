/** `docs/conformance.md`: every rule with its tests, and every fault that others had. */
import type { Proof, Proofs } from './proofs.ts';
import { type KnownFault, LEVELS, type Rule } from './read-register.ts';
import type { Register } from './register.ts';

export const CONFORMANCE_PAGE = 'docs/conformance.md';

const HEAD = [
  '# Conformance',
  `Each rule of the NBD protocol that this toolkit holds itself to, and the tests that name it. The page is written by \`pnpm conformance\` from
the titles of the tests and from the register in \`tooling/conformance-table/register\`. A test fails if it is not up to date, if a rule has
neither a test nor a reason to have none, and if a test names a rule that there is not.`,
  `The titles are read, not run: what makes the page true is that the whole suite is green (\`pnpm test\`). A test that is always skipped does
not count. One marked _where it can run_ needs something that not every machine has.`,
  `A rule is told in our words. Its level is that of the specification (\`doc/proto.md\` and \`doc/uri.md\` of the NBD project); _ours_ marks what
the specification leaves open and we ask of ourselves, _extension_ what belongs to an experimental part of it. What we do where there is a
choice is in [protocol-choices.md](protocol-choices.md).`,
];

const SIDES = [
  { heading: '## Rules for servers', letter: 'C' },
  { heading: '## Rules for clients', letter: 'K' },
];

const FAULTS_HEAD = [
  '## Faults that others had',
  `Servers and clients of NBD have had these, some with an advisory of their own. Each line says what must hold here in their place, and how many tests
name it; the tests have its id in their titles.`,
];

/** The page, formatted as the repository is. */
export function conformancePage(register: Register, proofs: Proofs, ofFaults: Proofs): string {
  const blocks = [...HEAD, counts(register, proofs)];
  for (const { heading, letter } of SIDES) {
    blocks.push(heading);
    const rules = register.rules.filter(({ id }) => id.startsWith(letter));
    for (const section of new Set(rules.map((rule) => rule.section))) {
      const entries = rules
        .filter((rule) => rule.section === section)
        .map((rule) => entry(rule, proofs.get(rule.id) ?? [], register.reasons.get(rule.id)));
      blocks.push(`### ${section}`, entries.join('\n'));
    }
  }
  blocks.push(...FAULTS_HEAD);
  for (const section of new Set(register.faults.map((fault) => fault.section))) {
    const rows = register.faults
      .filter((fault) => fault.section === section)
      .map((fault) => faultRow(fault, ofFaults.get(fault.id) ?? []));
    blocks.push(`### ${section}`, table([['fault', 'known as', 'what holds', 'tests'], ...rows]));
  }
  return `${blocks.join('\n\n')}\n`;
}

function faultRow(
  { id, advisories, text }: KnownFault,
  { length: tests }: readonly Proof[],
): readonly (string | number)[] {
  return [id, advisories.join(', '), text, tests];
}

function counts({ rules, reasons }: Register, proofs: Proofs): string {
  const rows = LEVELS.map((level) => {
    const ofLevel = rules.filter((rule) => rule.level === level);
    const proven = ofLevel.filter(({ id }) => proofs.has(id));
    const excused = ofLevel.filter(({ id }) => !proofs.has(id) && reasons.has(id));
    return [level, ofLevel.length, proven.length, excused.length];
  });
  return table([['level', 'rules', 'with a test', 'with a reason instead'], ...rows]);
}

/** A table whose columns are as wide as their widest cell. */
function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => String(row[column]).length)),
  );
  const lines = rows.map((row) => row.map((cell, i) => String(cell).padEnd(widths[i] ?? 0)));
  lines.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  );
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function entry(rule: Rule, proofs: readonly Proof[], reason: string | undefined): string {
  const origin = rule.origin === 'specification' ? '' : `, _${rule.origin}_`;
  return [
    `- **${rule.id}** ${rule.level}${origin}: ${rule.text}`,
    ...proofs.map(proofLine),
    ...(reason === undefined ? [] : [`  - No test: ${reason}`]),
  ].join('\n');
}

function proofLine({ path, title, isConditional }: Proof): string {
  return `  - \`${path}\`: "${escaped(title)}"${isConditional ? ', _where it can run_' : ''}`;
}

/** Titles are plain text: nothing in them is markup. */
function escaped(title: string): string {
  return title.replaceAll(/[\\`*_<[\]]/g, String.raw`\$&`);
}
