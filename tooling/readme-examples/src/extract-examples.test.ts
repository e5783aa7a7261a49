import { describe, expect, it } from 'vitest';
import { extractExamples } from './extract-examples.ts';

const fence = '`'.repeat(3);

describe('extractExamples', () => {
  it('finds blocks marked ts, names them by page and heading, and knows their lines', () => {
    const page = [
      '# A page',
      `${fence}ts`,
      '# not a heading',
      fence,
      '## Use',
      `${fence}sh`,
      fence,
      `${fence}ts no-run`,
      'b();',
      'c();',
      fence,
      '- in a list:',
      `  ${fence}ts`,
      '  if (d) {',
      '    e();',
      '  }',
      `  ${fence}`,
    ].join('\n');
    expect(extractExamples('a.md', page)).toEqual([
      { name: 'a.md: A page', page: 'a.md', line: 3, code: '# not a heading\n', runs: true },
      { name: 'a.md: Use', page: 'a.md', line: 9, code: 'b();\nc();\n', runs: false },
      { name: 'a.md: Use (2)', page: 'a.md', line: 14, code: 'if (d) {\n  e();\n}\n', runs: true },
    ]);
  });

  it('keeps a fence of three inside a fence of four', () => {
    const page = [`${fence}\`md`, `${fence}ts`, fence, `${fence}\``].join('\n');
    expect(extractExamples('a.md', page)).toEqual([]);
  });

  it.each(['typescript', 'ts norun', 'js', 'tsx'])('refuses a block marked %s', (marking) => {
    expect(() => extractExamples('a.md', `\n${fence}${marking}\n${fence}`)).toThrow(
      `a.md:2: expected "ts", "ts no-run" or a language that is not run, found "${marking}"`,
    );
  });

  it('refuses a fence that is never closed', () => {
    expect(() => extractExamples('a.md', `${fence}ts\n`)).toThrow(
      'a.md:1: this fence is never closed',
    );
  });
});
