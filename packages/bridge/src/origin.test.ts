import { expect, test } from 'vitest';
import { isAllowedOrigin } from './origin.ts';

test.each([
  [undefined, 'a.example', undefined, true],
  ['https://a.example', 'a.example', undefined, true],
  ['https://a.example', 'A.example', undefined, true],
  ['http://a.example:8080', 'a.example:8080', undefined, true],
  ['http://a.example:8080', 'a.example', undefined, false],
  ['https://b.example', 'a.example', undefined, false],
  ['https://a.example', undefined, undefined, false],
  ['null', 'a.example', undefined, false],
  ['https://a.example', 'a.example', [], false],
  ['https://b.example', 'a.example', ['https://b.example'], true],
  ['null', 'a.example', 'any' as const, true],
  ['https://b.example.evil', 'a.example', ['https://b.example'], false],
])('a page of %s that dials %s, of %j: %s', (origin, host, allowed, expected) => {
  expect(isAllowedOrigin(origin, host, allowed)).toBe(expected);
});
