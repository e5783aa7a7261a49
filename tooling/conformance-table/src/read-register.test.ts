import { describe, expect, it } from 'vitest';
import { readFaults, readNotes, readRules } from './read-register.ts';

const REGISTER = `# Rules

Prose.

## First

- C-001 MUST NOT: Nothing else.
- C-002 SHOULD, ours: One thing: this.

## Second

- K-001 MAY, extension: Another.
`;

describe('readRules', () => {
  it('reads level, origin and sentence of each, and the heading above it', () => {
    expect(readRules('r.md', REGISTER)).toEqual([
      {
        id: 'C-001',
        level: 'MUST NOT',
        origin: 'specification',
        text: 'Nothing else.',
        section: 'First',
      },
      { id: 'C-002', level: 'SHOULD', origin: 'ours', text: 'One thing: this.', section: 'First' },
      { id: 'K-001', level: 'MAY', origin: 'extension', text: 'Another.', section: 'Second' },
    ]);
  });

  it.each([
    '- C-3 MUST: An id of another form.',
    '- C-003 OUGHT: A level that there is not.',
    '- C-003 MUST, theirs: An origin that there is not.',
    'Prose where the list has begun.',
  ])('refuses the line "%s"', (line) => {
    expect(() => readRules('r.md', `${REGISTER}${line}\n`)).toThrow(/^r\.md:13: expected an entry/);
  });

  it('refuses an id that is given twice', () => {
    expect(() => readRules('r.md', `${REGISTER}- C-001 MAY: Again.\n`)).toThrow(
      'r.md:13: C-001 is there already',
    );
  });
});

describe('readNotes', () => {
  it('reads what is said of each id', () => {
    const text = '# Notes\n\n- D-01: One.\n\n## More\n\n- C-002: Two.\n';
    expect([...readNotes('n.md', text)]).toEqual([
      ['D-01', 'One.'],
      ['C-002', 'Two.'],
    ]);
  });

  it('refuses a line without an id, and an id that is given twice', () => {
    expect(() => readNotes('n.md', '- nothing\n')).toThrow(/^n\.md:1: expected an entry/);
    expect(() => readNotes('n.md', '- D-01: a\n- D-01: b\n')).toThrow('n.md:2: D-01 is there');
  });
});

describe('readFaults', () => {
  it('reads the advisories and the sentence of each, and the heading above it', () => {
    const text = '# Faults\n\n## In clients\n\n- E-39, CVE-2019-14842: One.\n- E-42: Two.\n';
    expect(readFaults('f.md', text)).toEqual([
      { id: 'E-39', advisories: ['CVE-2019-14842'], text: 'One.', section: 'In clients' },
      { id: 'E-42', advisories: [], text: 'Two.', section: 'In clients' },
    ]);
  });

  it.each(['- E-1: a', '- E-01, CVE-1: a', '- E-01 CVE-2019-14842: a', '- C-001: a'])(
    'refuses the line "%s", and an id that is given twice',
    (line) => {
      expect(() => readFaults('f.md', `## A\n\n${line}\n`)).toThrow(/^f\.md:3: expected an entry/);
      expect(() => readFaults('f.md', '- E-01: a\n- E-01: b\n')).toThrow('f.md:2: E-01 is there');
    },
  );
});
