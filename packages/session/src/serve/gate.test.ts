import { type Driver, filter } from '@nbd/driver';
import { expect, test } from 'vitest';
import { Gate, gateOf } from './gate.ts';

function driverOf(concurrency?: number): Driver {
  return {
    size: 0,
    read: () => undefined,
    ...(concurrency !== undefined && { concurrency }),
  };
}

test('a disk without a limit has no gate, one with a limit has one, the same for all', () => {
  expect(gateOf(driverOf())).toBeUndefined();
  const driver = driverOf(3);
  expect(gateOf(driver)).toBeInstanceOf(Gate);
  expect(gateOf(driver)).toBe(gateOf(driver));
  expect(gateOf(driver)).not.toBe(gateOf(driverOf(3)));
});

test('a disk and its filters have one gate, but for those that set a limit of their own', () => {
  const driver = driverOf(3);
  const filtered = filter(filter(driver, { read: () => undefined }), { readOnly: true });
  expect(gateOf(filtered)).toBe(gateOf(driver));
  const other = filter(driver, { concurrency: 2 });
  expect(gateOf(other)).not.toBe(gateOf(driver));
  expect(gateOf(filter(other, {}))).toBe(gateOf(other));
  expect(gateOf(filter(driver, { concurrency: undefined }))).toBeUndefined();
});

test('no more calls are inside than the limit, and they enter in the order in which they came', async () => {
  const gate = new Gate(3);
  const entered: number[] = [];
  const leave: (() => void)[] = [];
  const passing = Array.from({ length: 10 }, (_, i) =>
    gate.pass(() => {
      entered.push(i);
      return new Promise<void>((resolve) => {
        leave.push(resolve);
      });
    }),
  );
  for (let left = 0; left < passing.length; left++) {
    await settled();
    expect(entered).toEqual(Array.from({ length: Math.min(10, left + 3) }, (_, i) => i));
    leave[left]?.();
  }
  await Promise.all(passing);
});

test('a call is answered as it was, and makes room however it ends', async () => {
  const gate = new Gate(1);
  const error = new Error('no');
  const results = await Promise.allSettled([
    gate.pass(() => undefined),
    gate.pass(() => {
      throw error;
    }),
    gate.pass(() => Promise.reject(error)),
    gate.pass(async () => undefined),
  ]);
  const value = undefined;
  expect(results).toEqual([
    { status: 'fulfilled', value },
    { status: 'rejected', reason: error },
    { status: 'rejected', reason: error },
    { status: 'fulfilled', value },
  ]);
});

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
