import { expect, test } from 'vitest';
import { readWords } from './read-words.ts';
import { UsageError } from './usage-error.ts';

const OPTIONS = {
  size: { type: 'string', default: '1' },
  server: { type: 'string', multiple: true },
  fast: { type: 'boolean' },
} as const;

test('options have their values, and help besides', () => {
  const { values, positionals } = readWords(['a', '--server', 'x', '--server=y', '-h'], OPTIONS);
  expect({ ...values }).toEqual({ size: '1', server: ['x', 'y'], help: true });
  expect(positionals).toEqual(['a']);
});

test.each([
  [['--sizes', '1'], "Unknown option '--sizes'"],
  [['--size'], "Option '--size <value>' argument missing"],
  [['--fast=yes'], "Option '--fast' does not take an argument"],
])('%j is wrong usage', (args, message) => {
  expect(() => readWords(args, OPTIONS)).toThrow(UsageError);
  expect(() => readWords(args, OPTIONS)).toThrow(message);
});
