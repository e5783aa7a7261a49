import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkExportText } from './export-text.ts';

test('a text of 4096 bytes of UTF-8 can be sent, and one of 4097 cannot (C-049)', () => {
  // One character of each length in UTF-8, repeated and padded to the byte.
  fc.assert(
    fc.property(fc.constantFrom(['a', 1], ['é', 2], ['€', 3], ['𝄞', 4]), ([character, bytes]) => {
      const count = Math.floor(4096 / bytes);
      const text = character.repeat(count) + 'a'.repeat(4096 - count * bytes);
      expect(() => checkExportText('name', text)).not.toThrow();
      expect(() => checkExportText('name', `${text}a`)).toThrow(
        'name: expected at most 4096 bytes of UTF-8, found 4097',
      );
    }),
  );
});

test('a text with a NUL cannot be sent (C-050)', () => {
  expect(() => checkExportText('name', 'a\0b')).toThrow('name: expected no NUL, found one');
});

test.each(['\ud834', '\udd1e', 'a\ud834b'])(
  'half of a surrogate pair cannot be sent (C-050)',
  (text) => {
    expect(() => checkExportText('name', text)).toThrow(/^name: expected whole characters/);
  },
);
