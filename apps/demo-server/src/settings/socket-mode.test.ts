import { expect, test } from 'vitest';
import { parseSocketMode } from './socket-mode.ts';

test.each([
  ['660', 0o660],
  ['0600', 0o600],
  ['777', 0o777],
  ['000', 0],
])('%s is a mode', (text, mode) => {
  expect(parseSocketMode(text)).toBe(mode);
});

test.each(['', '66', '680', '1660', '0o660', 'rw-rw----', '-66', '6600'])(
  '%j is none, and the message says what one is',
  (text) => {
    expect(() => parseSocketMode(text)).toThrow(
      `expected three octal digits, such as 660 or 600, found ${JSON.stringify(text)}`,
    );
  },
);
