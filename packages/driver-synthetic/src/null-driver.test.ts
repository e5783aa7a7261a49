import { expect, test } from 'vitest';
import { nullDriver } from './null-driver.ts';

test('a null disk of the largest size is one hole from end to end', () => {
  const size = Number.MAX_SAFE_INTEGER;
  const disk = nullDriver({ size });

  expect(disk.extents?.(4096, 1)).toEqual([{ length: size - 4096, hole: true, zero: true }]);
});

test.each([-1, 0.5, NaN, 2 ** 53])('a null disk of %d bytes cannot be made', (size) => {
  expect(() => nullDriver({ size })).toThrow(RangeError);
});
