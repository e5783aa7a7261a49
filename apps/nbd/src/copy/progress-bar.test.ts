import fc from 'fast-check';
import { expect, test } from 'vitest';
import { progressLine, showProgressBar, spellSeconds } from './progress-bar.ts';

const GIB = 2 ** 30;

test('the line tells how far it is, how fast, and for how long still', () => {
  expect(progressLine({ done: GIB / 2, total: GIB, seconds: 2 }, 79)).toBe(
    ' 50% [################.................]  512 MiB of 1 GiB  256 MiB/s  2 s left',
  );
});

test('before anything is known, nothing is foretold', () => {
  expect(progressLine({ done: 0, total: GIB, seconds: 0 }, 60)).toBe(
    '  0% [........................]  0 bytes of 1 GiB  0 bytes/s',
  );
});

test('without a known end there is no bar', () => {
  expect(progressLine({ done: GIB, total: undefined, seconds: 4 }, 79)).toBe('1 GiB  256 MiB/s');
});

test('the line fits, and the bar is never more than full', () => {
  const size = fc.maxSafeNat();
  fc.assert(
    fc.property(
      size,
      size,
      fc.nat(1e6),
      fc.integer({ min: 1, max: 300 }),
      (a, b, seconds, columns) => {
        const [done = 0, total = 0] = [a, b].toSorted((one, other) => one - other);
        const line = progressLine({ done, total, seconds }, columns);
        expect(line.length).toBeLessThanOrEqual(columns);
      },
    ),
  );
});

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [59.2, '1 min 00 s'],
  [7265, '2 h 01 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(spellSeconds(seconds)).toBe(text);
});

test('a bar is drawn at once, and its line is empty when it is gone', () => {
  let screen = '';
  const terminal = { columns: 40, write: (text: string) => (screen += text) };
  const hide = showProgressBar(terminal, () => ({ done: 1, total: 2, seconds: 1 }));
  expect(screen).toBe(`\r${progressLine({ done: 1, total: 2, seconds: 1 }, 39)}\u001b[K`);
  screen = '';
  hide();
  hide();
  expect(screen).toBe('\r\u001b[K');
});

test.each([{}, { columns: 0 }])(
  'a terminal that does not tell its width has 80 columns',
  (size) => {
    let screen = '';
    const progress = { done: 1, total: 2 ** 30, seconds: 1 };
    showProgressBar({ ...size, write: (text: string) => (screen += text) }, () => progress)();
    expect(screen.split('\u001b')[0]).toBe(`\r${progressLine(progress, 79)}`);
  },
);
