import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProgramError } from '../program-error.ts';
import { parseSize } from './size.ts';

test.each([
  ['0', 0],
  ['512', 512],
  ['1K', 1024],
  ['64M', 67_108_864],
  ['3g', 3_221_225_472],
  ['1T', 1_099_511_627_776],
  ['7P', 7 * 2 ** 50],
  ['0E', 0],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
])('the size %s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['8P', '1E', '9007199254740992', '99999999999999999999T'])(
  'the size %s is more than a disk can have',
  (text) => {
    expect(() => parseSize(text)).toThrow(`expected a size below 8P (2^53 bytes), found ${text}`);
  },
);

test.each(['', 'M', '-1', '1.5G', '64MB', '64MiB', '1 G', '0x10', '1e3', '1K\n'])(
  '%j is not a size',
  (text) => {
    expect(() => parseSize(text)).toThrow('expected a size in bytes or with one of K M G T P E');
  },
);

const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

test('digits with a unit are that many bytes, to the last one', () => {
  const size = fc.nat(5).chain((power) =>
    fc.record({
      unit: fc.constant(UNITS[power] ?? ''),
      count: fc.bigInt({ min: 0n, max: 2n ** BigInt(53 - 10 * power) - 1n }),
      weight: fc.constant(1024n ** BigInt(power)),
    }),
  );
  fc.assert(
    fc.property(size, ({ unit, count, weight }) => {
      expect(BigInt(parseSize(`${count}${unit}`))).toBe(count * weight);
    }),
  );
});

test('from 2^53 bytes on, digits with a unit are too many', () => {
  const size = fc
    .nat(6)
    .chain((power) =>
      fc
        .bigInt({ min: 2n ** BigInt(Math.max(0, 53 - 10 * power)), max: 2n ** 80n })
        .map((count) => `${count}${UNITS[power]}`),
    );
  fc.assert(
    fc.property(size, (text) => {
      expect(() => parseSize(text)).toThrow(ProgramError);
    }),
  );
});
