import { expect, test } from 'vitest';
import { Chance } from './chance.ts';
import { type Input, messageBytes } from './input.ts';
import { mutateInput } from './mutate-input.ts';

const start: Input = { choices: Uint8Array.of(1, 2), messages: [Uint8Array.of(1, 2, 3, 4)] };

/** Each of so many made from the one before. */
function line(seed: number, count: number): readonly Input[] {
  const chance = new Chance(seed);
  const inputs = [start];
  for (let i = 0; i < count; i++) {
    const stock = { other: chance.pick(inputs), makeMessage: () => chance.bytes(300) };
    inputs.push(mutateInput(inputs.at(-1) ?? start, stock, chance));
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
