import { expect, test } from 'vitest';
import { UsageError } from './usage-error.ts';
import { wholeNumber } from './whole-number.ts';

test.each([
  ['7', 7],
  ['1e8', 1e8],
  ['1', 1],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
])('%s is a whole number', (word, value) => {
  expect(wholeNumber('--size', word)).toBe(value);
});

test.each(['0', '-1', '1.5', '', ' 7', '0x10', '9007199254740992', '1e999', 'x'])(
  '%j is no whole number from 1',
  (word) => {
    expect(() => wholeNumber('--size', word)).toThrow(UsageError);
    expect(() => wholeNumber('--size', word)).toThrow(
      `--size: expected a whole number from 1 to 9007199254740991, found ${JSON.stringify(word)}`,
    );
  },
);

test('bounds may be others', () => {
  expect(wholeNumber('--seed', '0', { minimum: 0, maximum: 9 })).toBe(0);
  expect(() => wholeNumber('--seed', '10', { minimum: 0, maximum: 9 })).toThrow('from 0 to 9');
});
