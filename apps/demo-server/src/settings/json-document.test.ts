import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Json, JsonSyntaxError, parseJson } from './json-document.ts';

/** As `JSON.parse` would answer it. */
function plain(value: Json): unknown {
  if (value instanceof Map) {
    return Object.fromEntries(Array.from(value, ([key, member]) => [key, plain(member as Json)]));
  }
  return Array.isArray(value) ? value.map((item: Json) => plain(item)) : value;
}

function problemOf(text: string): readonly [line: number, message: string] {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return [error.line, error.message];
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was accepted`);
}

test('any JSON text means what it means to the engine', () => {
  const space = fc.constantFrom(0, 1, 2, '\t');
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), space, (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      expect(plain(parseJson(text).value)).toEqual(JSON.parse(text));
    }),
  );
});

test('a text with a wrong character in it is accepted only if the engine accepts it', () => {
  const wrong = fc.oneof(
    fc.constantFrom(...Array.from('{}[]",:\\-+.0eE \n\t/u\u0000\u007f\u00a0')),
    fc.string({ minLength: 1, maxLength: 3 }),
  );
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      wrong,
      fc.boolean(),
      (json, place, bad, instead) => {
        const at = place % (json.length + 1);
        const text = json.slice(0, at) + bad + json.slice(instead ? at + 1 : at);
        const mine = outcome(() => plain(parseJson(text).value));
        if (mine.error?.includes('is there already') === true) return;
        const engine = outcome(() => JSON.parse(text) as unknown);
        expect(mine.value).toEqual(engine.value);
        expect(mine.error === undefined).toBe(engine.error === undefined);
      },
    ),
    { numRuns: 1000 },
  );
});

/** The value, or the message of a text that is not JSON. */
function outcome(parse: () => unknown): { readonly value?: unknown; readonly error?: string } {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof SyntaxError) {
      return { error: error.message };
    }
    throw error;
  }
}

test('each value knows its line, and a place that is not there has the line of what would hold it', () => {
  const document = parseJson('\n{\n  "a": 1,\n\n  "b": [\n    2,\n    {"c":\n 3}\n  ]\n}\n');

  expect(document.lineOf([])).toBe(2);
  expect(document.lineOf(['a'])).toBe(3);
  expect(document.lineOf(['b'])).toBe(5);
  expect(document.lineOf(['b', 0])).toBe(6);
  expect(document.lineOf(['b', 1])).toBe(7);
  expect(document.lineOf(['b', 1, 'c'])).toBe(8);
  expect(document.lineOf(['b', 2])).toBe(5);
  expect(document.lineOf(['nowhere'])).toBe(2);
});

test('objects keep the order of their keys, also where they are numbers', () => {
  const { value } = parseJson('{"b": 1, "2": 2, "1": 3, "__proto__": 4}');
  expect([...(value as ReadonlyMap<string, Json>).keys()]).toEqual(['b', '2', '1', '__proto__']);
});

test.each([
  ['', 1, 'expected a value, found the end of the file'],
  ['\n\nyes', 3, 'expected a value, found "yes"'],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 'expected "," or "}", found "\\"b\\""'],
  ['{\n  "a": 1,\n}', 3, 'expected a key in double quotes, found "}"'],
  ["{'a': 1}", 1, 'expected a key in double quotes, found "\'a\'"'],
  ['{\n"a" 1}', 2, 'expected ":", found "1"'],
  ['[1,\n2', 2, 'expected "," or "]", found the end of the file'],
  ['[1,\n]', 2, 'expected a value, found "]"'],
  ['[01]', 1, 'expected a value, found "01"'],
  ['"open\n"', 1, 'expected a value, found "\\"open"'],
  ['{}\n{}', 2, 'expected the end of the file, found "{"'],
  ['// no\n{}', 1, 'expected a value, found "//"'],
])('%j is not JSON: line %d', (text, line, message) => {
  expect(problemOf(text)).toEqual([line, message]);
});

test('a key given twice is told with both lines', () => {
  expect(problemOf('{\n"a": 1,\n"b": 2,\n"a": 3}')).toEqual([
    4,
    'key "a" is there already, on line 2',
  ]);
});

test('a text that is nested without end is refused, not a stack that runs over', () => {
  expect(problemOf('['.repeat(100_000))).toEqual([1, 'expected at most 32 levels, found "["']);
});
