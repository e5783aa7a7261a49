import { expect, test } from 'vitest';
import { Intake, type Taker } from './intake.ts';

/** Takes what it is given, and lands where the test says. */
class Plan implements Taker {
  landing: Uint8Array | undefined;
  expectsLarge = false;
  readonly log: string[] = [];

  landed(bytes: number): void {
    this.log.push(`landed ${bytes}`);
  }

  received(bytes: Uint8Array): void {
    this.log.push(`received ${[...bytes].join(' ')}`);
  }
}

const shared = new Uint8Array(64 * 1024);

/** A transport with a plan. */
function scene(): { readonly plan: Plan; readonly reads: (...bytes: number[]) => Uint8Array } {
  const intake = new Intake(shared);
  const plan = new Plan();
  intake.taker = plan;
  let buffer = intake.next();
  return {
    plan,
    /** Reads, and answers where to it reads next. */
    reads: (...bytes) => {
      buffer.set(bytes);
      intake.take(bytes.length);
      buffer = intake.next();
      return buffer;
    },
  };
}

test('what has no place yet is lent in the shared buffer', () => {
  const { plan, reads } = scene();
  expect(reads(1, 2, 3)).toBe(shared);
  expect(plan.log).toEqual(['received 1 2 3']);
});

test('large data is read to where it belongs, and little of it with its head', () => {
  const { plan, reads } = scene();
  const target = new Uint8Array(100);
  plan.expectsLarge = true;
  const head = reads(1);
  expect(head.length).toBe(4096);
  expect(head.buffer).toBe(shared.buffer);
  plan.landing = target;
  expect(reads(2)).toBe(target);
  plan.landing = target.subarray(2);
  expect(reads(8, 9)).toEqual(target.subarray(2));
  expect(target.subarray(0, 3)).toEqual(Uint8Array.of(8, 9, 0));
  plan.landing = undefined;
  expect(reads(7).length).toBe(4096);
  expect(plan.log).toEqual(['received 1', 'received 2', 'landed 2', 'landed 1']);
});

test('data that is not large is not read by itself', () => {
  const { plan, reads } = scene();
  plan.landing = new Uint8Array(100);
  expect(reads(1)).toBe(shared);
});

test('what nobody takes is dropped', () => {
  const intake = new Intake(shared);
  expect(intake.next()).toBe(shared);
  intake.take(10);
});
