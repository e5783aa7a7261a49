import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkPool } from './chunk-pool.ts';
import { DirtyLayer } from './dirty-layer.ts';

const LENGTH = 64;

const range = fc
  .tuple(fc.nat(LENGTH - 1), fc.nat(LENGTH - 1))
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other) + 1] as const);
const step = fc.record({ range, value: fc.nat(3) });
const layer = fc.record({ isZeroes: fc.boolean(), steps: fc.array(step, { maxLength: 12 }) });

/** A layer, and its bytes as an array; undefined where it lets through. */
function build({
  isZeroes,
  steps,
}: {
  isZeroes: boolean;
  steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[];
}) {
  const pool = new ChunkPool(LENGTH);
  const built = isZeroes ? DirtyLayer.zeroes(pool) : DirtyLayer.open(pool);
  const bytes: (number | undefined)[] = Array.from({ length: LENGTH }, () =>
    isZeroes ? 0 : undefined,
  );
  for (const {
    range: [from, to],
    value,
  } of steps) {
    if (value === 0) built.zero(from, to);
    else built.write(new Uint8Array(to - from).fill(value), from);
    bytes.fill(value, from, to);
  }
  return { built, bytes };
}

test('a layer covers what was written to it, and lays that over what is below', () => {
  fc.assert(
    fc.property(layer, range, (drawn, [from, to]) => {
      const { built, bytes } = build(drawn);
      expect(built.covers(from, to)).toBe(!bytes.slice(from, to).includes(undefined));
      expect(built.isFull()).toBe(!bytes.includes(undefined));
      const target = new Uint8Array(to - from).fill(9);
      built.overlay(target, from);
      expect([...target]).toEqual(bytes.slice(from, to).map((byte) => byte ?? 9));
    }),
  );
});

test('a layer that is filled from below is whole, and all zeroes are no bytes at all', () => {
  fc.assert(
    fc.property(layer, fc.constantFrom(undefined, 0, 9), (drawn, below) => {
      const { built, bytes } = build(drawn);
      built.fillFrom(below === undefined ? undefined : new Uint8Array(LENGTH).fill(below));
      const expected = bytes.map((byte) => byte ?? below ?? 0);
      expect(built.isFull()).toBe(true);
      const content = built.content();
      expect(content === undefined).toBe(expected.every((byte) => byte === 0));
      expect([...(content ?? new Uint8Array(LENGTH))]).toEqual(expected);
    }),
  );
});

test('a layer that takes in a later one holds what both have held', () => {
  fc.assert(
    fc.property(layer, layer, (lower, upper) => {
      const one = build(lower);
      const other = build(upper);
      one.built.absorb(other.built);
      const target = new Uint8Array(LENGTH).fill(9);
      one.built.overlay(target, 0);
      expect([...target]).toEqual(one.bytes.map((byte, i) => other.bytes[i] ?? byte ?? 9));
    }),
  );
});

test('a layer of too many ranges is not small, however few bytes it has, and takes room for each', () => {
  const ranges = 65;
  const zeroes = DirtyLayer.open(new ChunkPool(64 * (ranges - 1)));
  for (let i = 0; i < ranges; i++) {
    expect(zeroes.isSmall()).toBe(true);
    zeroes.zero(2 * i, 2 * i + 1);
  }
  expect(zeroes.memory()).toBe(0);
  expect(zeroes.isSmall()).toBe(false);
  expect(zeroes.room()).toBeGreaterThan(1024);
});
