import { expect, test } from 'vitest';
import { parseBytes, spellBytes, spellSize } from './byte-count.ts';

test.each([
  ['0', 0],
  ['512', 512],
  ['64k', 65_536],
  ['3M', 3 * 2 ** 20],
  ['1T', 2 ** 40],
  ['7P', 7 * 2 ** 50],
])('%s is %d bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(['', '-1', '1.5G', '64MB', '0x10', '8P', 'K'])('"%s" is no number of bytes', (text) => {
  expect(parseBytes(text)).toBeUndefined();
});

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [10_188, '9.9 KiB'],
  [10_189, '10 KiB'],
  [1024 ** 2 - 1, '1 MiB'],
  [1_503_238_554, '1.4 GiB'],
  [2 ** 53 - 1, '8 PiB'],
])('%d bytes are %s for people', (bytes, text) => {
  expect(spellBytes(bytes)).toBe(text);
});

test('a size is told exactly, too, where it is not told exactly already', () => {
  expect(spellSize(512)).toBe('512 bytes');
  expect(spellSize(64 * 2 ** 20)).toBe('64 MiB (67,108,864 bytes)');
});
