import { expect, test } from 'vitest';
import { KeptText } from './kept-text.ts';

test('text up to the bound is kept whole', () => {
  const kept = new KeptText(6);
  for (const each of ['a', 'bcd', '', 'ef']) kept.add(each);
  expect(kept.text).toBe('abcdef');
});

test('of more than that the end is kept, however it came and whenever it was looked at', () => {
  const kept = new KeptText(4);
  kept.add('abcde');
  expect(kept.text).toBe('[1 characters are left out]\nbcde');
  expect(kept.text).toBe('[1 characters are left out]\nbcde');
  for (const each of 'fghijklmnopq') kept.add(each);
  kept.add('rstuvwxyz');
  expect(kept.text).toBe('[22 characters are left out]\nwxyz');
});

test('there is no end to what can be added', () => {
  const kept = new KeptText(4);
  const part = '.'.repeat(2 ** 24);
  // Together more than a string may have.
  for (let i = 0; i < 33; i++) kept.add(part);
  expect(kept.text).toBe(`[${33 * 2 ** 24 - 4} characters are left out]\n....`);
});
