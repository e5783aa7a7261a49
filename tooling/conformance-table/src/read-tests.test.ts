import { describe, expect, it } from 'vitest';
import { readTests } from './read-tests.ts';

/** Titles of a file; a conditional one has a question mark. */
function titles(...lines: readonly string[]): readonly string[] {
  return readTests('a.test.ts', lines.join('\n')).map(
    ({ title, isConditional }) => title + (isConditional ? '?' : ''),
  );
}

describe('readTests finds', () => {
  it('tests by either name, in the order of the file', () => {
    expect(titles("test('b', () => {});", "it('a', { timeout: 1 }, async () => {});")).toEqual([
      'b',
      'a',
    ]);
  });

  it('tests in blocks, under the titles of those', () => {
    const nested = "describe('C-001 a', () => { describe('b', () => { it('c', () => {}); }); });";
    expect(titles(nested, "it('d', () => {});")).toEqual(['C-001 a > b > c', 'd']);
  });

  it('tests in loops, with what is computed left out', () => {
    expect(titles('for (const a of b) test(`C-002 ${a} of ${b}`, () => {});')).toEqual([
      'C-002 … of …',
    ]);
  });

  it('titles in parts, and none where all is computed', () => {
    expect(titles("test('C-003 ' + `a`, f);", 'test(name, f);')).toEqual(['C-003 a', '…']);
  });

  it('tests that run on some machines only, and says so', () => {
    expect(
      titles("test.skipIf(win)('a', f);", "describe.runIf(x)('b', () => it('c', f));"),
    ).toEqual(['a?', 'b > c?']);
  });
});

describe('readTests fills tables', () => {
  it('not at all where their rows name no rules', () => {
    expect(titles("test.each([['a', 1], ['b', 2]])('C-004 %s is %i', f);")).toEqual([
      'C-004 %s is %i',
    ]);
  });

  it('that name rules, row by row', () => {
    const rows = "[['C-005 a', 1, call()], ['C-006 b', 2, call()]]";
    expect(titles(`it.each(${rows} as const)('%s is %i', f);`)).toEqual([
      'C-005 a is 1',
      'C-006 b is 2',
    ]);
  });

  it('that have a name', () => {
    const rows = "const rows: readonly string[] = ['C-005 a', 'C-006 b'];";
    expect(titles(rows, "test.skipIf(x).for(rows)('is %s', f);")).toEqual([
      'is C-005 a?',
      'is C-006 b?',
    ]);
  });

  it('of objects', () => {
    expect(titles("test.each([{ what: 'C-007', by: x }])('$what by $by', f);")).toEqual([
      'C-007 by $by',
    ]);
  });

  it('around blocks', () => {
    expect(titles("describe.each(['C-008', 'C-009'])('%s', () => { it('a', f); });")).toEqual([
      'C-008 > a',
      'C-009 > a',
    ]);
  });
});

describe('readTests passes over', () => {
  it.each([
    ['a test that is skipped', "it.skip('C-001', f);"],
    ['a test that is still to be written', "test.todo('C-001');"],
    ['tests in a block that is skipped', "describe.skip('C-001', () => { it('a', f); });"],
    ['comments', "// it('C-001', f);"],
    ['strings', 'const a = "it(\'C-001\', f);";'],
    ['other calls', "expect('C-001'); a.test('C-001', f);"],
  ])('%s', (_what, source) => {
    expect(titles(source)).toEqual([]);
  });

  it('no error of syntax', () => {
    expect(() => titles("it('a', ")).toThrow(/^a\.test\.ts: /);
  });
});
