import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VolumeError } from '../volume-error.ts';
import { type Change, decodePack, encodePack } from './pack.ts';

const CHUNK = 4096;

const change: fc.Arbitrary<Change> = fc
  .record({
    chunk: fc.nat(2 ** 32 - 1),
    from: fc.nat(CHUNK - 64),
    bytes: fc.uint8Array({ maxLength: 64 }),
    isZeroes: fc.boolean(),
  })
  .map(({ chunk, from, bytes, isZeroes }) => {
    return { chunk, from, length: bytes.length, bytes: isZeroes ? undefined : bytes };
  });
const changes = fc.array(change, { maxLength: 20 });

test('a pack comes back as it was, at any place in memory', () => {
  fc.assert(
    fc.property(changes, fc.nat(7), (drawn, shift) => {
      const body = encodePack(drawn);
      const moved = new Uint8Array(body.length + shift);
      moved.set(body, shift);
      expect(decodePack(moved.subarray(shift), CHUNK, 'here')).toEqual(drawn);
    }),
  );
});

test('its layout is that of the table', () => {
  const body = encodePack([
    { chunk: 0x0102_0304, from: 512, length: 2, bytes: Uint8Array.of(7, 8) },
    { chunk: 9, from: 0, length: 4096, bytes: undefined },
  ]);
  expect([...body]).toEqual(
    [
      [2, 0, 0, 0],
      [4, 3, 2, 1, 0, 2, 0, 0, 2, 0, 0, 0, 0],
      [9, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 1],
      [7, 8],
    ].flat(),
  );
});

test('what is cut short, longer or changed is a pack or damaged, and never writes outside of a chunk', () => {
  const broken = fc.oneof(
    fc.nat(400).map((length) => (body: Uint8Array) => body.subarray(0, length)),
    fc.constant((body: Uint8Array) => Uint8Array.of(...body, 0)),
    fc.tuple(fc.nat(400), fc.nat(255)).map(
      ([at, value]) =>
        (body: Uint8Array) =>
          body.with(at % body.length, value),
    ),
  );
  fc.assert(
    fc.property(changes, broken, (drawn, breaks) => {
      const read = changesOf(breaks(encodePack(drawn)));
      if (read === DAMAGED) return;
      for (const { from, length, bytes } of read) {
        expect(from + length).toBeLessThanOrEqual(CHUNK);
        expect(bytes?.length ?? length).toBe(length);
      }
    }),
  );
});

const DAMAGED = 'here: expected a pack of changes';

/** The changes, or what is said of bytes that are no pack. */
function changesOf(body: Uint8Array): readonly Change[] | typeof DAMAGED {
  try {
    return decodePack(body, CHUNK, 'here');
  } catch (error) {
    if (error instanceof VolumeError && error.message === DAMAGED) return DAMAGED;
    throw error;
  }
}
