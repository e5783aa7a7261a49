import { expect, it } from 'vitest';
import { growthOfSecondHalf } from './growth.ts';

const MIB = 2 ** 20;

function samples(count: number, bytes: (second: number) => number) {
  return Array.from({ length: count }, (_, seconds) => ({ seconds, bytes: bytes(seconds) }));
}

it('what is had once and kept is no growth', () => {
  const once = growthOfSecondHalf(samples(101, (at) => (at < 40 ? at * MIB : 40 * MIB)));
  expect(once.bytes).toBe(0);
});

it('a steady leak is seen under ups and downs ten times as large', () => {
  const { bytes, bytesPerMinute } = growthOfSecondHalf(
    samples(601, (at) => 100 * MIB + (at / 60) * MIB + 50 * MIB * Math.abs(Math.sin(at))),
  );
  expect(bytesPerMinute / MIB).toBeCloseTo(1, 0);
  expect(bytes / MIB).toBeCloseTo(5, 0);
});

it('a single sample tells nothing', () => {
  expect(growthOfSecondHalf(samples(1, () => MIB))).toEqual({ bytes: 0, bytesPerMinute: 0 });
});
