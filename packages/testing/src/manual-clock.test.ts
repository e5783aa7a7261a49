import { expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';

it('tasks are called when their time has come, in its order and then in that of their making', () => {
  const clock = new ManualClock();
  const called: string[] = [];
  const at = (millis: number, name: string): (() => void) =>
    clock.after(millis, () => called.push(`${name} at ${clock.now}`));
  at(20, 'late');
  at(10, 'first');
  at(10, 'second');
  at(10, 'prevented')();
  expect(clock.waiting).toBe(3);
  clock.advance(9);
  expect(called).toEqual([]);
  clock.advance(1);
  expect(called).toEqual(['first at 10', 'second at 10']);
  clock.advance(100);
  expect(called.at(-1)).toBe('late at 20');
  expect(clock).toMatchObject({ now: 110, waiting: 0 });
});

it('a task that is made by another is called if it is due, too', () => {
  const clock = new ManualClock();
  const called: number[] = [];
  clock.after(5, () => clock.after(5, () => called.push(clock.now)));
  clock.advance(10);
  expect(called).toEqual([10]);
});

it('whoever waits for a number of tasks is told when so many wait', async () => {
  const clock = new ManualClock();
  const told: number[] = [];
  const twice = clock.untilWaiting(2).then(() => told.push(2));
  clock.after(1, () => undefined);
  await clock.untilWaiting().then(() => told.push(1));
  expect(told).toEqual([1]);
  clock.after(1, () => undefined);
  await twice;
});

it.each([-1, Number.NaN])('a clock cannot be advanced by %d', (millis) => {
  expect(() => new ManualClock().advance(millis)).toThrow(RangeError);
});
