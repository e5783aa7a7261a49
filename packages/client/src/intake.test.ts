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

/** A socket that reads `bytes` once, as Node does: it fills the buffer that it was given before, and then asks for the next. */
class Reader {
  readonly #onRead;
  #buffer: Uint8Array;

  constructor(intake: Intake, isPaused = () => false) {
    this.#onRead = intake.onRead(isPaused);
    this.#buffer = this.#next();
  }

  get buffer(): Uint8Array {
    return this.#buffer;
  }

  /** Answers whether it would go on reading. */
  reads(...bytes: readonly number[]): boolean {
    this.#buffer.set(bytes);
    const goesOn = this.#onRead.callback(bytes.length, this.#buffer);
    this.#buffer = this.#next();
    return goesOn;
  }

  #next(): Uint8Array {
    const { buffer } = this.#onRead;
    return typeof buffer === 'function' ? buffer() : buffer;
  }
}

test('what has no place yet is lent in a buffer that all share', () => {
  const intake = new Intake();
  const plan = new Plan();
  intake.taker = plan;
  const reader = new Reader(intake);
  expect(reader.reads(1, 2, 3)).toBe(true);
  expect(plan.log).toEqual(['received 1 2 3']);
  expect(new Reader(new Intake()).buffer.buffer).toBe(reader.buffer.buffer);
});

test('a long rest of data is read to where it belongs, and a short one is not', () => {
  const intake = new Intake();
  const plan = new Plan();
  intake.taker = plan;
  const target = new Uint8Array(16 * 1024);
  const reader = new Reader(intake);
  plan.landing = target;
  reader.reads(1);
  expect(reader.buffer).toBe(target);
  plan.landing = target.subarray(2);
  reader.reads(8, 9);
  expect(target.subarray(0, 3)).toEqual(Uint8Array.of(8, 9, 0));
  expect(reader.buffer.buffer).not.toBe(target.buffer);
  reader.reads(7);
  expect(plan.log).toEqual(['received 1', 'landed 2', 'received 7']);
});

test('where large replies come, little is read with their heads', () => {
  const intake = new Intake();
  const plan = new Plan();
  intake.taker = plan;
  const reader = new Reader(intake);
  expect(reader.buffer.length).toBe(256 * 1024);
  plan.expectsLarge = true;
  reader.reads(1);
  expect(reader.buffer.length).toBe(4096);
});

test('a paused socket is told to stop', () => {
  let paused = false;
  const reader = new Reader(new Intake(), () => paused);
  expect(reader.reads(1)).toBe(true);
  paused = true;
  expect(reader.reads(2)).toBe(false);
});
