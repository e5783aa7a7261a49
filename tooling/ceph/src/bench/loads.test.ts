import { beforeEach, describe, expect, it } from 'vitest';
import { FILLED_BYTES, MEASURED, ROUND_BYTES, WARM_UP } from './contender.ts';
import type { Disk } from './disk.ts';
import {
  readAtRandom,
  readInOrder,
  type Surroundings,
  writeAtRandom,
  writeInOrder,
  writeJournal,
} from './loads.ts';
import { checkPattern, patternAt } from './pattern.ts';

const MIB = 2 ** 20;
const IN_ORDER = { bytes: MIB, depth: 4 };

/** Milliseconds that each request and each flush takes. */
const WRITE_MILLIS = 10;
const FLUSH_MILLIS = 500;

let time = 0;
let written: [offset: number, length: number][] = [];
let flushes = 0;
/** What is read at this offset is wrong. */
let wrongAt: number | undefined;

beforeEach(() => {
  [time, written, flushes, wrongAt] = [0, [], 0, undefined];
});

const disk: Disk = {
  read(target, offset) {
    time += WRITE_MILLIS;
    target.set(patternAt(offset, target.length));
    if (wrongAt !== undefined && offset >= wrongAt) target[1] = 1 + (target[1] ?? 0);
    return Promise.resolve();
  },
  write(source, offset) {
    time += WRITE_MILLIS;
    checkPattern(source, offset);
    written.push([offset, source.length]);
    return Promise.resolve();
  },
  flush() {
    time += FLUSH_MILLIS;
    flushes += 1;
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
};

function surroundings(round: number, millisMax: number, warmsUp = false): Surroundings {
  return { now: () => time, round, millisMax, warmsUp };
}

describe('writes in order', () => {
  it('fill the place of their round, and the flush is part of the time', async () => {
    const { figure, done } = await writeInOrder(disk, IN_ORDER, surroundings(2, 60_000));
    const start = FILLED_BYTES + 5 * ROUND_BYTES;
    expect(written).toEqual(
      Array.from({ length: ROUND_BYTES / MIB }, (_, index) => [start + index * MIB, MIB]),
    );
    expect(done).toBe(128);
    expect(figure).toBeCloseTo(128 / ((128 * WRITE_MILLIS + FLUSH_MILLIS) / 1000));
  });

  it('end when their time is over', async () => {
    const { done } = await writeInOrder(disk, IN_ORDER, surroundings(0, 200));
    expect(done).toBe(20);
    expect(flushes).toBe(1);
  });
});

describe('reads', () => {
  it('in order answer MiB a second', async () => {
    const { figure, done } = await readInOrder(disk, IN_ORDER, surroundings(0, 60_000));
    expect({ figure, done }).toEqual({ figure: 100, done: 192 });
  });

  it('at random answer requests a second, and stay in what is filled', async () => {
    const { figure } = await readAtRandom(disk, surroundings(0, 1000));
    expect(figure).toBe(100);
  });

  it('reject when something else is there', async () => {
    wrongAt = 64 * MIB;
    await expect(readInOrder(disk, IN_ORDER, surroundings(0, 60_000))).rejects.toThrow(
      `expected what was written at ${64 * MIB}`,
    );
    await expect(readAtRandom(disk, surroundings(0, 60_000))).rejects.toThrow('found other bytes');
  });
});

it('writes at random stay in what is filled, other ones in each round, and are flushed', async () => {
  const { figure, done } = await writeAtRandom(disk, surroundings(0, 1000));
  expect(done).toBe(100);
  expect(figure).toBeCloseTo(100 / 1.5);
  expect(written.every(([offset]) => offset % 4096 === 0 && offset < MEASURED.bytes)).toBe(true);
  const first = written.splice(0);
  await writeAtRandom(disk, surroundings(1, 1000));
  expect(written).not.toEqual(first);
});

it('a journal is flushed behind each write, and its figure is the median of both together', async () => {
  const { figure, done } = await writeJournal(disk, surroundings(0, 5000));
  expect(done).toBe(10);
  expect(flushes).toBe(10);
  expect(figure).toBe(WRITE_MILLIS + FLUSH_MILLIS);
  expect(written.slice(0, 2)).toEqual([
    [MIB, 4096],
    [MIB + 4096, 4096],
  ]);
});

it.each([writeAtRandom, writeJournal])('%o warms up where nothing is measured', async (load) => {
  await load(disk, surroundings(1, 2000, true));
  expect(written.length).toBeGreaterThan(1);
  expect(written.every(([offset]) => offset >= WARM_UP.start && offset < FILLED_BYTES)).toBe(true);
});

it('writes in order warm up beside the place of their round', async () => {
  const { done } = await writeInOrder(disk, IN_ORDER, surroundings(1, 60_000, true));
  const start = FILLED_BYTES + 2 * ROUND_BYTES;
  expect(done).toBe(ROUND_BYTES / MIB);
  expect(written.map(([offset]) => offset)).toEqual(
    Array.from({ length: done }, (_, index) => start + index * MIB),
  );
});

it('reads in order warm up on what is set aside for it, again and again, and nowhere else', async () => {
  wrongAt = WARM_UP.start + WARM_UP.bytes;
  const { done } = await readInOrder(disk, IN_ORDER, surroundings(1, 60_000, true));
  expect(done).toBe(60_000 / WRITE_MILLIS);
  wrongAt = WARM_UP.start;
  await expect(readInOrder(disk, IN_ORDER, surroundings(0, 60_000))).resolves.toBeDefined();
  await expect(readInOrder(disk, IN_ORDER, surroundings(0, 60_000, true))).rejects.toThrow(
    `expected what was written at ${WARM_UP.start}`,
  );
});
