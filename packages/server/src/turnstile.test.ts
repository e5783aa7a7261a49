import { expect, test } from 'vitest';
import { Turnstile, turnstileBytes } from './turnstile.ts';

const ONE = '192.0.2.1';
const OTHER = '192.0.2.2';

test('C-029 a turnstile lets in so many at a time, and numbers those alone that it lets in', () => {
  const turnstile = new Turnstile({ openMax: 2, perAddressMax: 0 });
  expect([turnstile.enter(ONE), turnstile.enter(), turnstile.enter()]).toEqual([1, 2, 'limit']);
  expect(turnstile.open).toBe(2);
  turnstile.leave();
  expect([turnstile.enter(), turnstile.enter()]).toEqual([3, 'limit']);
});

test('C-029 of one address it lets in so many, and as many of each other', () => {
  const turnstile = new Turnstile({ openMax: 9, perAddressMax: 2 });
  expect([ONE, ONE, ONE, OTHER, OTHER, OTHER].map((from) => turnstile.enter(from))).toEqual([
    1,
    2,
    'limit-of-address',
    3,
    4,
    'limit-of-address',
  ]);
  expect(turnstile.open).toBe(4);
  turnstile.leave(OTHER);
  expect([turnstile.enter(ONE), turnstile.enter(OTHER)]).toEqual(['limit-of-address', 5]);
});

test('those without an address count in all alone, and the limit in all is kept by those with one', () => {
  const turnstile = new Turnstile({ openMax: 3, perAddressMax: 2 });
  expect([turnstile.enter(), turnstile.enter(), turnstile.enter(ONE)]).toEqual([1, 2, 3]);
  expect(turnstile.enter(ONE)).toBe('limit');
});

test('places come back, however often', () => {
  const turnstile = new Turnstile({ openMax: 2, perAddressMax: 1 });
  for (let i = 1; i <= 1000; i++) {
    expect(turnstile.enter(`2001:db8:${i}::1`)).toBe(i);
    expect(turnstile.enter(`2001:db8:${i}::2`)).toBe('limit-of-address');
    turnstile.leave(`2001:db8:${i}::1`);
  }
  expect(turnstile.open).toBe(0);
});

test('turnstiles of one memory are one, for addresses too', () => {
  const rules = { openMax: 2, perAddressMax: 1 };
  const memory = new SharedArrayBuffer(turnstileBytes(rules));
  const [one, other] = [new Turnstile(rules, memory), new Turnstile(rules, memory)];
  expect([one.enter(ONE), other.enter(ONE), other.enter(OTHER), one.enter()]).toEqual([
    1,
    'limit-of-address',
    2,
    'limit',
  ]);
  other.leave(ONE);
  expect(one.open).toBe(1);
  expect(one.enter(ONE)).toBe(3);
});
