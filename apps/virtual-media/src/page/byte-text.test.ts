import { expect, test } from 'vitest';
import { byteText } from './byte-text.ts';

test.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [300 * 2 ** 20, '300 MiB'],
  [5 * 2 ** 40, '5.0 TiB'],
  [2 ** 53, '8192 TiB'],
])('%i bytes are "%s"', (bytes, words) => {
  expect(byteText(bytes)).toBe(words);
});
