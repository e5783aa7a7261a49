import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOneLine } from './one-line.ts';

test('nothing that a page or a client says breaks a line or commands a terminal', () => {
  const anyText = fc.array(fc.nat(0x10_ffff)).map((codes) => String.fromCodePoint(...codes));
  fc.assert(
    fc.property(anyText, (text) => {
      expect(inOneLine(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
  expect(inOneLine('free\n\u001b[2J\u202e\u2028!')).toBe('free\ufffd\ufffd[2J\ufffd\ufffd!');
  expect(inOneLine('pages say: é 盤 😀')).toBe('pages say: é 盤 😀');
});
