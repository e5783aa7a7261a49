import { expect, test } from 'vitest';
import { Rendezvous, RENDEZVOUS_BYTES } from './rendezvous.ts';

const FOR_EVER = 2 ** 30;

function rendezvousOf(members: number): Rendezvous {
  const rendezvous = new Rendezvous(new SharedArrayBuffer(RENDEZVOUS_BYTES));
  for (let i = 0; i < members; i++) rendezvous.join();
  return rendezvous;
}

test('the last to come stops for nobody, and nobody stops when all have come', () => {
  const rendezvous = rendezvousOf(1);
  expect(rendezvous.meet(FOR_EVER)).toBe(true);
  expect(rendezvous.meet(FOR_EVER)).toBe(true);
});

test('one that is gone is not waited for', () => {
  const rendezvous = rendezvousOf(2);
  rendezvous.leave();
  expect(rendezvous.meet(FOR_EVER)).toBe(true);
});

test('one that does not come is not waited for any longer than was said', () => {
  expect(rendezvousOf(2).meet(20)).toBe(false);
});
