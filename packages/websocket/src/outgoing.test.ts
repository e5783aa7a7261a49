import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Outgoing } from './outgoing.ts';

test('frames are the segments in order, in any cut, and no longer than asked for', () => {
  const segment = fc.uint8Array({ maxLength: 20 });
  fc.assert(
    fc.property(
      fc.array(segment),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (segments, sizes) => {
        const outgoing = new Outgoing();
        outgoing.push(segments);
        const found: number[] = [];
        for (let i = 0; outgoing.waitingBytes > 0; i++) {
          const bytesMax = sizes[i % sizes.length] as number;
          const frame = outgoing.take(bytesMax) as Uint8Array;
          expect(frame.length).toBeGreaterThan(0);
          expect(frame.length).toBeLessThanOrEqual(bytesMax);
          found.push(...frame);
        }
        expect(found).toEqual(segments.flatMap((each) => [...each]));
        expect(outgoing.take(1)).toBeUndefined();
      },
    ),
  );
});

test('a lent send is done when its last byte is sent, not when it was given out', () => {
  const outgoing = new Outgoing();
  for (const length of [10, 5]) {
    outgoing.push([new Uint8Array(length)]);
    outgoing.lend();
  }
  outgoing.take(10);
  expect(outgoing.takeDone(1)).toBe(false);
  expect(outgoing.takeDone(0)).toBe(true);
  expect(outgoing.takeDone(0)).toBe(false);
  outgoing.take(10);
  expect(outgoing.isSent(3)).toBe(false);
  expect(outgoing.isSent(0)).toBe(true);
  expect(outgoing.takeDone(0)).toBe(true);
  expect(outgoing.hasLent).toBe(false);
});
