import { expect, it } from 'vitest';
import { mixedLengths } from './mixed-lengths.ts';

it('mixed lengths are all different, from 512 to 64 KiB, an equal number in each doubling', () => {
  const lengths = mixedLengths();
  expect(new Set(lengths).size).toBe(64);
  expect(Math.min(...lengths)).toBe(512);
  expect(Math.max(...lengths)).toBe(65_536);
  const below = (bytes: number) => lengths.filter((length) => length < bytes).length;
  for (const bytes of [1024, 4096, 32_768]) {
    expect(Math.abs(below(2 * bytes) - below(bytes) - 64 / 7)).toBeLessThan(1);
  }
});
