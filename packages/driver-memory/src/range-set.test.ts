import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RangeSet } from './range-set.ts';

const SIZE = 40;

const step = fc.record({
  within: fc.boolean(),
  first: fc.nat(SIZE),
  count: fc.nat(SIZE),
});

test('a range set holds what was added and not taken out, and knows where that changes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const set = new RangeSet();
      const expected = Array.from({ length: 2 * SIZE + 1 }, () => false);
      for (const { within, first, count } of steps) {
        if (within) set.add(first, first + count);
        else set.delete(first, first + count);
        expected.fill(within, first, first + count);
      }
      expect(expected.map((_, number) => set.has(number))).toEqual(expected);
      for (const [number, held] of expected.entries()) {
        const border = expected.indexOf(!held, number);
        expect(set.nextBorder(number)).toBe(border < 0 ? Infinity : border);
      }
    }),
  );
});
