import { describe, expect, it } from 'vitest';
import { parseSize } from './size.ts';

describe('a size', () => {
  it.each([
    ['1', 1],
    ['4k', 4096],
    ['64M', 64 * 1024 * 1024],
    ['1g', 1024 ** 3],
    ['1073741824', 1024 ** 3],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '0', 'k', '-1', '1.5k', '4kb', '1t', '99999999999g'])('is not %j', (text) => {
    expect(() => parseSize(text)).toThrow(RangeError);
  });
});
