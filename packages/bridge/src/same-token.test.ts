import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameToken, showSame, tokenKey } from './same-token.ts';

test('tokens are the same if and only if their texts are', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (one, other) => {
      expect(sameToken(one, one)).toBe(true);
      expect(sameToken(other, one)).toBe(one === other);
    }),
  );
});

test('no token is never the right one', () => {
  expect([sameToken(undefined, 'a'), sameToken(undefined, ''), sameToken('', '')]).toEqual([
    false,
    false,
    false,
  ]);
});

test('two visitors show the same if and only if they show one text, or nothing both', () => {
  const shown = fc.option(fc.string(), { nil: undefined });
  fc.assert(
    fc.property(shown, shown, (one, other) => {
      expect(showSame(one, one)).toBe(true);
      expect(showSame(one, other)).toBe(one === other);
      expect(tokenKey(one) === tokenKey(other)).toBe(one === other);
    }),
  );
});
