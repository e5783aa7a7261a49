import { expect, test } from 'vitest';
import { Turnstile, TURNSTILE_BYTES } from './turnstile.ts';

test('C-029 a turnstile lets in so many at a time, and numbers those alone that it lets in', () => {
  const turnstile = new Turnstile(2);
  expect([turnstile.enter(), turnstile.enter(), turnstile.enter()]).toEqual([1, 2, undefined]);
  expect(turnstile.open).toBe(2);
  turnstile.leave();
  expect([turnstile.enter(), turnstile.enter()]).toEqual([3, undefined]);
});

test('turnstiles of one memory are one', () => {
  const memory = new SharedArrayBuffer(TURNSTILE_BYTES);
  const [one, other] = [new Turnstile(2, memory), new Turnstile(2, memory)];
  expect([one.enter(), other.enter(), one.enter()]).toEqual([1, 2, undefined]);
  other.leave();
  expect(one.open).toBe(1);
});
