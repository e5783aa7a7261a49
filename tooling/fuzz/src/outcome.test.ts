import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sound } from '../test/planted-target.ts';
import type { Input } from './input.ts';
import { outcomesOf } from './outcome.ts';

const input: Input = { choices: Uint8Array.of(0), messages: [] };
const error = new Error('as the test wants it');

test('what a target throws is an error, at once and later', async () => {
  const atOnce = {
    ...sound,
    execute(): string {
      throw error;
    },
  };
  const later = { ...sound, execute: () => Promise.reject(error) };
  expect(await outcomesOf(atOnce, [input, input])).toEqual([{ error }, { error }]);
  expect(await outcomesOf(later, [input, input])).toEqual([{ error }, { error }]);
});

test('what it throws where nobody waits for it is one too, of that input and no other', async () => {
  let executions = 0;
  const target = {
    ...sound,
    async execute(): Promise<string> {
      if (executions++ === 1) void Promise.reject(error);
      await setImmediate();
      return 'survived';
    },
  };
  const word = 'survived';
  expect(await outcomesOf(target, [input, input, input])).toEqual([{ word }, { error }, { word }]);
});
