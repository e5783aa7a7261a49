import { expect, test } from 'vitest';
import { EagerLoop } from './eager-loop.ts';

/** A loop whose clock and turns the test drives. */
function scriptedLoop() {
  let now = 0;
  const tasks: (() => void)[] = [];
  const loop = new EagerLoop({ now: () => now, nextTurn: (task) => void tasks.push(task) });
  return {
    loop,
    get isPolling() {
      return tasks.length > 0;
    },
    /** The loop turns once, `millis` later. */
    turn(millis: number) {
      now += millis;
      tasks.shift()?.();
    },
    /** A small batch, and then nothing until the window is over. */
    fruitless() {
      loop.served(28);
      const polled = tasks.length > 0;
      while (tasks.length > 0) this.turn(0.02);
      return polled;
    },
  };
}

test('the loop polls after a small batch until the window is over', () => {
  const script = scriptedLoop();
  script.loop.served(28);
  expect(script.isPolling).toBe(true);
  script.turn(0.04);
  expect(script.isPolling).toBe(true);
  script.turn(0.02);
  expect(script.isPolling).toBe(false);
});

test('each small batch renews the window', () => {
  const script = scriptedLoop();
  script.loop.served(28);
  for (let i = 0; i < 10; i++) {
    script.turn(0.04);
    script.loop.served(28);
  }
  script.turn(0.04);
  expect(script.isPolling).toBe(true);
});

test('a large batch starts no window', () => {
  const script = scriptedLoop();
  script.loop.served(28 * 200);
  expect(script.isPolling).toBe(false);
});

test('polling that finds nothing is given up for longer and longer', () => {
  const script = scriptedLoop();
  const polls = Array.from({ length: 5000 }, () => script.fruitless());
  expect(polls.slice(0, 8)).not.toContain(false);
  const later = polls.slice(-2048).filter(Boolean).length;
  expect(later).toBeLessThanOrEqual(2);
});

test('one that finds something encourages it again', () => {
  const script = scriptedLoop();
  for (let i = 0; i < 8; i++) script.fruitless();
  for (let i = 0; i < 16; i++) expect(script.fruitless()).toBe(false);
  script.loop.served(28);
  script.turn(0.02);
  script.loop.served(28);
  while (script.isPolling) script.turn(0.02);
  for (let i = 0; i < 7; i++) expect(script.fruitless()).toBe(true);
});
