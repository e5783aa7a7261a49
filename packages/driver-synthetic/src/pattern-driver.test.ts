import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patternDriver } from './pattern-driver.ts';

const SIZE = Number.MAX_SAFE_INTEGER;

/** Offsets near borders of 2^32, where a word carries into its high half, and anywhere else. */
const offset = fc.oneof(
  fc
    .record({ high: fc.nat(2 ** 20), low: fc.integer({ min: -100, max: 100 }) })
    .map(({ high, low }) => Math.max(0, high * 2 ** 32 + low)),
  fc.maxSafeNat().map((at) => Math.min(at, SIZE - 300)),
);

test('each aligned word is its own offset, from wherever it is read', () => {
  const disk = patternDriver({ size: SIZE });
  fc.assert(
    fc.property(offset, fc.integer({ min: 1, max: 200 }), (at, length) => {
      const found = new Uint8Array(length);
      void disk.read(found, at);

      const first = (BigInt(at) / 8n) * 8n;
      const words = new DataView(new ArrayBuffer(length + 16));
      for (let i = 0; i < words.byteLength - 7; i += 8) words.setBigUint64(i, first + BigInt(i));
      const expected = new Uint8Array(words.buffer, at % 8, length);
      expect(found).toEqual(expected);
    }),
  );
});

test('nothing can change the pattern', () => {
  expect(patternDriver({ size: 8 })).not.toHaveProperty('write');
});

test('a pattern disk of no lawful size cannot be made', () => {
  expect(() => patternDriver({ size: -8 })).toThrow(RangeError);
});
