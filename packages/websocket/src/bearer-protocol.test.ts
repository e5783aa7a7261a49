import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bearerOf, bearerProtocols, SUB_PROTOCOL } from './bearer-protocol.ts';

test('any token comes through as a lawful name of a sub-protocol', () => {
  const token = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(token, (text) => {
      const protocols = bearerProtocols(text);
      expect(bearerOf(protocols)).toBe(text);
      for (const name of protocols) expect(name).toMatch(/^[\w.-]+$/);
      expect(new Set(protocols).size).toBe(2);
    }),
  );
});

test.each([
  [[]],
  [[SUB_PROTOCOL]],
  [['nbd.bearer.']],
  [['nbd.bearer.%%%']],
  [['nbd.bearer._w']],
  [['chat', 'bearer.YQ']],
])('%o holds no token', (offered) => {
  expect(bearerOf(offered)).toBeUndefined();
});
