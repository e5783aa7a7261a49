import { expect, test } from 'vitest';
import { Chance } from './chance.ts';
import { type Input, messageBytes } from './input.ts';
import { mutateInput, type Stock } from './mutate-input.ts';

const start: Input = { choices: Uint8Array.of(1, 2), messages: [Uint8Array.of(1, 2, 3, 4)] };

function stockOf(other: Input, chance: Chance, opening: readonly Uint8Array[] = []): Stock {
  return { other, makeMessage: () => chance.bytes(300), makeOpening: () => opening };
}

/** Each of so many made from the one before. */
function line(seed: number, count: number): readonly Input[] {
  const chance = new Chance(seed);
  const inputs = [start];
  for (let i = 0; i < count; i++) {
    inputs.push(mutateInput(inputs.at(-1) ?? start, stockOf(chance.pick(inputs), chance), chance));
  }
  return inputs;
}

test('the same seed makes the same inputs, another one others', () => {
  expect(line(1, 50)).toEqual(line(1, 50));
  expect(line(1, 50)).not.toEqual(line(2, 50));
});

test('inputs stay within their bounds, whatever becomes of them, and what they come from as it is', () => {
  const inputs = line(3, 4000);
  expect(Math.max(...inputs.map(messageBytes))).toBeLessThanOrEqual(8192);
  expect(Math.max(...inputs.map(({ messages }) => messages.length))).toBeLessThanOrEqual(48);
  const choices = inputs.map((input) => input.choices.length);
  expect(Math.min(...choices)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...choices)).toBeLessThanOrEqual(24);
  expect(start.messages).toEqual([Uint8Array.of(1, 2, 3, 4)]);
});

test('few are the same as what they come from', () => {
  const inputs = line(4, 1000).map((input) => JSON.stringify(input));
  const changed = inputs.filter((each, i) => i > 0 && each !== inputs[i - 1]);
  expect(changed.length).toBeGreaterThan(800);
});

test('most begin as a conversation must, and some do not', () => {
  const chance = new Chance(5);
  const opening = [Uint8Array.of(7, 7), Uint8Array.of(8)];
  const mutants = Array.from({ length: 800 }, () =>
    mutateInput(start, stockOf(start, chance, opening), chance),
  );
  const proper = mutants.filter(({ messages }) => opening.every((word, i) => messages[i] === word));
  expect(proper.length).toBeGreaterThan(600);
  expect(proper.length).toBeLessThan(800);
});
