import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible, visibleJson, visibleName } from './visible-text.ts';

/** Fast-check's own unit of this kind takes a second to make. */
const anyCharacter = fc
  .integer({ min: 0, max: 0x10_f7ff })
  .map((rank) => String.fromCodePoint(rank < 0xd800 ? rank : rank + 0x800));
const anyText = fc.string({
  unit: fc.oneof(anyCharacter, fc.constantFrom('\u2028', '\u2029', '\u202e')),
});
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/u;

test('nothing that is shown moves a cursor or turns the direction of text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(visible(text)).not.toMatch(UNSAFE);
      expect(visibleName(text)).not.toMatch(UNSAFE);
      expect(visibleJson({ [text]: [text] })).not.toMatch(UNSAFE);
    }),
  );
});

test('JSON means what was given, but for a bigint, which is a number', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: anyCharacter }), (value) => {
      expect(JSON.parse(visibleJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(visibleJson({ flags: 2n ** 64n - 1n, absent: undefined })).toBe(
    '{"flags":18446744073709551615}',
  );
});

test('a name is in quotes where it would be mistaken', () => {
  expect(['disk', 'two words', '', ' x', 'a"b', 'é', 'a\tb'].map(visibleName)).toEqual([
    'disk',
    'two words',
    '""',
    '" x"',
    String.raw`"a\"b"`,
    'é',
    String.raw`"a\tb"`,
  ]);
});
