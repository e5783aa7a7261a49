/**
 * Ranges of a disk whose size is not known yet when they are drawn.
 */
import fc from 'fast-check';
import type { Traits } from './traits.ts';

/** Bytes of a disk. */
export interface Range {
  readonly offset: number;
  /** At least 1. */
  readonly length: number;
}

/** A range to be, see `place`. */
export interface DrawnRange {
  readonly start: number;
  readonly span: number;
  /** Whether `start` counts from the end of the disk. */
  readonly fromEnd: boolean;
  /** Whether it begins, if it can, where the one before it ends: many drivers make one call of such neighbours. */
  readonly follows: boolean;
}

/** Disks have joints at powers of two: most drivers that are wrong are wrong there. */
const JOINTS = [512, 4096, 0x8000, 0x1_0000, 0x2_0000].flatMap((at) => [at - 1, at, at + 1]);

const position = fc.oneof(fc.nat(16), fc.constantFrom(...JOINTS), fc.nat(0x10_0000));

export const drawnRange: fc.Arbitrary<DrawnRange> = fc.record({
  start: position,
  span: position,
  fromEnd: fc.boolean(),
  follows: fc.boolean(),
});

/** The range on a disk of `size` bytes, which must be at least `traits.unit`, if it follows none. */
export function place(drawn: DrawnRange, size: number, { unit, lengthMax }: Traits): Range {
  const units = Math.floor(size / unit);
  const first = Math.floor(drawn.start / unit) % units;
  const span = Math.floor(drawn.span / unit) % (units - first);
  const count = Math.min(span + 1, lengthMax / unit);
  const start = drawn.fromEnd ? units - first - count : first;
  return { offset: start * unit, length: count * unit };
}

/** Ranges that arrive together, on a disk of `size` bytes, which must be at least `traits.unit`. */
export function placeTogether(
  drawn: readonly DrawnRange[],
  size: number,
  traits: Traits,
): readonly Range[] {
  const ranges: Range[] = [];
  let offset = 0;
  for (const one of drawn) {
    const range = place(one, size, traits);
    const left = Math.floor((size - offset) / traits.unit) * traits.unit;
    const follows = one.follows && ranges.length > 0 && left > 0;
    const placed = follows ? { offset, length: Math.min(range.length, left) } : range;
    ranges.push(placed);
    offset = placed.offset + placed.length;
  }
  return ranges;
}

/** Whether two ranges have a byte in common. */
export function overlap(one: Range, other: Range): boolean {
  return one.offset < other.offset + other.length && other.offset < one.offset + one.length;
}

/** The aligned part of a disk of `size` bytes, in ranges that one request can take. */
export function* wholeDisk(size: number, { unit, lengthMax }: Traits): Generator<Range> {
  const end = Math.floor(size / unit) * unit;
  for (let offset = 0; offset < end; offset += lengthMax) {
    yield { offset, length: Math.min(lengthMax, end - offset) };
  }
}
