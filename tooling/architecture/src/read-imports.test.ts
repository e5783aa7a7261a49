import { describe, expect, it } from 'vitest';
import { blankSource, readImports } from './read-imports.ts';

const specifiers = (source: string): readonly string[] =>
  readImports(source).map(({ specifier }) => specifier);

describe('readImports', () => {
  it('finds every form of naming a module, with its line', () => {
    const source = [
      "import { a } from './a.ts';",
      "import b, { type B } from '@nbd/b';",
      "import type { C } from './c.ts';",
      "import * as d from 'd';",
      "import 'e';",
      'export { f } from "./f.ts";',
      "export type { G } from './g.ts';",
      "export * from './h.ts';",
      "const i = await import('i');",
      "type J = import('j').J;",
      "const k = require('k') ?? require.resolve('l');",
      'import {',
      '  m,',
      "} from 'm';",
    ].join('\n');
    expect(readImports(source)).toEqual(
      [
        ['./a.ts', 1],
        ['@nbd/b', 2],
        ['./c.ts', 3],
        ['d', 4],
        ['e', 5],
        ['./f.ts', 6],
        ['./g.ts', 7],
        ['./h.ts', 8],
        ['i', 9],
        ['j', 10],
        ['k', 11],
        ['l', 11],
        ['m', 14],
      ].map(([specifier, line]) => ({ specifier, line })),
    );
  });

  it('is not led astray by comments, strings, templates and regular expressions', () => {
    expect(
      specifiers(
        [
          "// import { a } from 'a';",
          "/* import 'b'; */",
          `const text = "import 'c'";`,
          "const template = `import 'd' ${text + `import 'e'`} import 'f'`;",
          "const pattern = /import 'g'/;",
          'const quote = /[/\'"]/;',
          "import h from 'h';",
          'const half = 1 / 2; // it\'s "half"',
          "import.meta.resolve('i');",
          "call(object.import('j'));",
          "export const from = 'k';",
        ].join('\n'),
      ),
    ).toEqual(['h']);
  });

  it('finds an import inside the substitution of a template', () => {
    expect(specifiers("`${{ a: await import('a') }} import 'b'`; import 'c';")).toEqual(['a', 'c']);
  });
});

describe('blankSource', () => {
  it('keeps every position and line', () => {
    const source = "const a = 'x\\'y'; /* b\n c */ const d = `e ${f} g`; // h";
    expect(blankSource(source)).toBe("const a = '    ';     \n      const d = `  ${f}  `;     ");
    expect(blankSource(source)).toHaveLength(source.length);
  });
});
