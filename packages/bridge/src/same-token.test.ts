import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameToken } from './same-token.ts';

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
