import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WrittenRanges } from './written-ranges.ts';

const SIZE = 40;

test('written ranges answer as a set of bytes would', () => {
  const range = fc.tuple(fc.nat(SIZE - 1), fc.integer({ min: 1, max: SIZE }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), (added) => {
      const ranges = new WrittenRanges();
      const bytes = new Set<number>();
      for (const [offset, length] of added) {
        ranges.add(offset, offset + length);
        for (let at = offset; at < offset + length; at++) bytes.add(at);
      }
      for (let offset = 0; offset < 2 * SIZE; offset++) {
        expect(ranges.has(offset)).toBe(bytes.has(offset));
        let border = offset + 1;
        while (border <= 2 * SIZE && bytes.has(border) === bytes.has(offset)) border += 1;
        const none = border > 2 * SIZE;
        expect(ranges.nextBorder(offset)).toBe(none ? Infinity : border);
      }
    }),
  );
});
