import { expect, test } from 'vitest';
import type { Input } from './input.ts';
import { minimize } from './minimize.ts';

test('what says nothing is taken away, and what cannot be taken away becomes zero', async () => {
  const messages = Array.from({ length: 9 }, (_, i) => new Uint8Array(100).fill(i + 1));
  const input: Input = { choices: Uint8Array.of(9, 8, 7), messages };
  expect(await minimize(input, hasFour)).toEqual({
    choices: Uint8Array.of(7),
    messages: [Uint8Array.of(0, 0, 4, 0, 0)],
  });
});

test('an input that shows it by itself alone stays as it is', async () => {
  const input: Input = { choices: Uint8Array.of(1, 2), messages: [Uint8Array.of(1, 2, 3)] };
  expect(await minimize(input, (candidate) => Promise.resolve(candidate === input))).toBe(input);
});

test('it comes to an end although everything shows it', async () => {
  const messages = Array.from({ length: 40 }, () => new Uint8Array(400).fill(1));
  const smallest = await minimize({ choices: Uint8Array.of(1), messages }, () =>
    Promise.resolve(true),
  );
  expect(smallest).toEqual({ choices: Uint8Array.of(1), messages: [] });
});

function hasFour({ messages }: Input): Promise<boolean> {
  return Promise.resolve(messages.some((each) => each.length >= 5 && each[2] === 4));
}
