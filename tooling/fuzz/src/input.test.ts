import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatInput, parseInput } from './input.ts';

const input = fc.record({
  choices: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  messages: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
});

test('an input is the same after it was written and read', () => {
  fc.assert(
    fc.property(input, fc.stringMatching(/^[ -~\n]*$/), (value, about) => {
      expect(parseInput(formatInput(value, about))).toEqual(value);
    }),
  );
});

test('an input is text that can be read', () => {
  const value = {
    choices: Uint8Array.of(3, 255),
    messages: [Uint8Array.of(1, 2), new Uint8Array(0)],
  };
  expect(formatInput(value, 'what it is')).toBe('# what it is\nchoices 03ff\n0102\n.\n');
});

test.each(['', 'choices', 'choices \n', '0102', 'choices 0', 'choices 00\nxy'])(
  '%j is no input',
  (text) => {
    expect(() => parseInput(text)).toThrow(SyntaxError);
  },
);
