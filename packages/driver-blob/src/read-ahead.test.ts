import { expect, test } from 'vitest';
import { FOLLOWED_MAX, type Range, ReadAhead } from './read-ahead.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

function follower(windowMax = MIB): ReadAhead {
  return new ReadAhead(windowMax, 128 * KIB);
}

/** Reads `count` times 64 KiB in a row. */
function readOn(readAhead: ReadAhead, offset: number, count: number): (Range | undefined)[] {
  return Array.from({ length: count }, (_, i) => {
    const from = offset + i * 64 * KIB;
    return readAhead.note(from, from + 64 * KIB);
  });
}

test('the first read of a reader brings nothing else', () => {
  expect(follower().note(0, 64 * KIB)).toBeUndefined();
});

test('a reader in order is read ahead of, further each time, up to the bound', () => {
  const noted = readOn(follower(), 0, 40);
  expect(noted[1]).toEqual({ from: 128 * KIB, to: 256 * KIB });
  const distances = noted.map((range, i) => (range?.to ?? 0) - (i + 1) * 64 * KIB);
  expect(Math.max(...distances)).toBe(MIB);
  const ranges = noted.filter((range) => range !== undefined);
  for (const [i, range] of ranges.slice(1).entries()) expect(range.from).toBe(ranges[i]?.to);
  const last = ranges.at(-1) as Range;
  expect(last.to - last.from).toBeGreaterThanOrEqual(MIB / 2);
});

test('a reader that jumps is not read ahead of', () => {
  const readAhead = follower();
  for (const at of [0, 50, 7, 30, 90, 60]) {
    expect(readAhead.note(at * MIB, at * MIB + 4 * KIB)).toBeUndefined();
  }
});

test('a reader that reads the same place again is not read ahead of', () => {
  const readAhead = follower();
  readAhead.note(0, 4 * KIB);
  expect(readAhead.note(0, 4 * KIB)).toBeUndefined();
});

test('requests that overtake each other are of one reader', () => {
  const readAhead = follower();
  readAhead.note(0, 64 * KIB);
  expect(readAhead.note(128 * KIB, 192 * KIB)).toEqual({ from: 192 * KIB, to: 320 * KIB });
  expect(readAhead.note(64 * KIB, 128 * KIB)).toBeUndefined();
  expect(readAhead.note(192 * KIB, 256 * KIB)?.from).toBe(320 * KIB);
});

test('several readers are followed, and of too many the silent one is forgotten', () => {
  const readAhead = follower();
  const starts = Array.from({ length: FOLLOWED_MAX }, (_, i) => i * 100 * MIB);
  for (const start of starts) readOn(readAhead, start, 1);
  for (const start of starts) expect(readOn(readAhead, start + 64 * KIB, 1)[0]).toBeDefined();
  readOn(readAhead, 5000 * MIB, 1);
  expect(readOn(readAhead, 128 * KIB, 1)[0]).toBeUndefined();
});

test('a bound of 0 bytes means not to read ahead', () => {
  expect(readOn(follower(0), 0, 10).filter((range) => range !== undefined)).toEqual([]);
});
