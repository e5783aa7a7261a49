import { expect, test } from 'vitest';
import { eventLoopTurns } from './turns.ts';

test('tasks run soon, in order, and not in a microtask', async () => {
  const turns = eventLoopTurns();
  const ran: number[] = [];
  const done = new Promise<void>((resolve) => {
    turns.soon(() => ran.push(1));
    turns.soon(() => {
      ran.push(2);
      resolve();
    });
  });
  await Promise.resolve();
  expect(ran).toEqual([]);
  await done;
  expect(ran).toEqual([1, 2]);
  turns.close();
});

test('tasks that waited when the turns were closed still run, and so do later ones', async () => {
  const turns = eventLoopTurns();
  const waiting = new Promise<void>((resolve) => {
    turns.soon(resolve);
  });
  turns.close();
  await waiting;
  await expect(
    new Promise<string>((resolve) => {
      turns.soon(() => resolve('later'));
    }),
  ).resolves.toBe('later');
});

test('a wait that was cancelled does not end', async () => {
  const turns = eventLoopTurns();
  const ran: number[] = [];
  const cancel = turns.after(0, () => ran.push(1));
  cancel();
  await new Promise<void>((resolve) => {
    turns.after(0, resolve);
  });
  expect(ran).toEqual([]);
  turns.close();
});
