import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Extent, Extents, MapRun } from './driver.ts';
import {
  checkExtents,
  checkRuns,
  clipExtents,
  dataExtent,
  holeExtent,
  mergeExtents,
} from './extent.ts';

const anExtent: fc.Arbitrary<Extent> = fc.record({
  length: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 2 ** 48 })),
  hole: fc.boolean(),
  zero: fc.boolean(),
});
const someExtents = fc.array(anExtent, { minLength: 1, maxLength: 12 });

/** The runs of equal state, which are what extents mean. */
function meaning(extents: readonly Extent[]): Extent[] {
  const runs: Extent[] = [];
  for (const { length, hole, zero } of extents) {
    const last = runs.at(-1);
    if (last === undefined || last.hole !== hole || last.zero !== zero) {
      runs.push({ length, hole, zero });
    } else runs.splice(-1, 1, { length: last.length + length, hole, zero });
  }
  return runs;
}

function covered(extents: readonly Extent[]): number {
  return extents.reduce((sum, { length }) => sum + length, 0);
}

async function* later(extents: Iterable<Extent>): AsyncGenerator<Extent> {
  for (const extent of extents) yield await Promise.resolve(extent);
}

async function* laterRun(): AsyncGenerator<MapRun> {
  yield await Promise.resolve({ length: 4, value: 9 });
}

/** What `checkRuns` passes on of one run that comes later. */
async function valuesOfLaterRun(valueMax: number): Promise<number[]> {
  const values: number[] = [];
  for await (const { value } of checkRuns(laterRun(), 4, valueMax)) values.push(value);
  return values;
}

async function gather(extents: Extents): Promise<Extent[]> {
  const gathered: Extent[] = [];
  for await (const extent of extents) gathered.push(extent);
  return gathered;
}

/** Extents without end that note when the reader has let go of them. */
function endless(state: Extent): { extents: Iterable<Extent>; seen: number; closed: boolean } {
  const source = { extents: [] as Iterable<Extent>, seen: 0, closed: false };
  source.extents = {
    *[Symbol.iterator]() {
      try {
        for (;;) {
          source.seen += 1;
          yield state;
        }
      } finally {
        source.closed = true;
      }
    },
  };
  return source;
}

describe('mergeExtents', () => {
  test('joins neighbours of equal state, and no two neighbours of the answer are equal (C-258)', () => {
    fc.assert(
      fc.property(someExtents, (extents) => {
        expect([...mergeExtents(extents)]).toEqual(meaning(extents));
      }),
    );
  });

  test('answers nothing for nothing', () => {
    expect([...mergeExtents([])]).toEqual([]);
  });
});

describe('clipExtents', () => {
  test('covers the length exactly, or all that there is, and changes no state', () => {
    fc.assert(
      fc.property(someExtents, fc.integer({ min: 1, max: 2 ** 50 }), (extents, length) => {
        const clipped = [...clipExtents(extents, length)];
        expect(covered(clipped)).toBe(Math.min(length, covered(extents)));
        const states = clipped.map(({ hole, zero }) => ({ hole, zero }));
        const first = extents.slice(0, clipped.length);
        expect(states).toEqual(first.map(({ hole, zero }) => ({ hole, zero })));
      }),
    );
  });

  test('asks for no extent beyond the length, and lets go of the source', () => {
    const source = endless(dataExtent(512));
    expect([...mergeExtents(clipExtents(source.extents, 1024))]).toEqual([dataExtent(1024)]);
    expect(source).toMatchObject({ seen: 2, closed: true });
  });
});

describe('checkExtents', () => {
  test('passes on what lies within the disk', () => {
    fc.assert(
      fc.property(someExtents, (extents) => {
        expect([...checkExtents(extents, covered(extents))]).toEqual(extents);
      }),
    );
  });

  test('refuses an extent that ends one byte beyond the disk', () => {
    fc.assert(
      fc.property(someExtents, (extents) => {
        expect(() => [...checkExtents(extents, covered(extents) - 1)]).toThrow(RangeError);
      }),
    );
  });

  test.each([0, -1, 1.5, NaN, 2 ** 53])('refuses a length of %d', (length) => {
    expect(() => [...checkExtents([holeExtent(1), dataExtent(length)], 2 ** 52)]).toThrow(
      `extent at 1: expected a length of at least 1, found ${length}`,
    );
  });

  test('refuses an answer without extents', () => {
    expect(() => [...checkExtents([], 1)]).toThrow('extents: expected at least one, found none');
  });

  test('lets go of the source when the reader stops early', () => {
    const source = endless(holeExtent(1));
    const [first] = checkExtents(source.extents, 10);
    expect(first).toEqual(holeExtent(1));
    expect(source).toMatchObject({ seen: 1, closed: true });
  });
});

describe('checkRuns', () => {
  const someRuns = fc.array(
    fc.record({ length: fc.integer({ min: 1, max: 2 ** 40 }), value: fc.maxSafeNat() }),
    { minLength: 1, maxLength: 12 },
  );

  test('passes on runs within the disk whose values fit', () => {
    fc.assert(
      fc.property(someRuns, (runs) => {
        const length = runs.reduce((sum, run) => sum + run.length, 0);
        const valueMax = Math.max(...runs.map(({ value }) => value));
        expect([...checkRuns(runs, length, valueMax)]).toEqual(runs);
        expect(() => [...checkRuns(runs, length - 1, valueMax)]).toThrow(RangeError);
        expect(() => [...checkRuns(runs, length, valueMax - 1)]).toThrow(RangeError);
      }),
    );
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 32])('refuses a value of %d', (value) => {
    const runs = [
      { length: 8, value: 0 },
      { length: 8, value },
    ];
    expect(() => [...checkRuns(runs, 16, 2 ** 32 - 1)]).toThrow(
      `run at 8: expected a value of 0 to 4294967295, found ${value}`,
    );
  });

  test('refuses an answer without runs', () => {
    expect(() => [...checkRuns([], 1, 1)]).toThrow('runs: expected at least one, found none');
  });

  test('runs that come later are treated as those that are there', async () => {
    expect(await valuesOfLaterRun(9)).toEqual([9]);
    await expect(valuesOfLaterRun(8)).rejects.toThrow(RangeError);
  });
});

test('extents that come later are treated as those that are there', async () => {
  await fc.assert(
    fc.asyncProperty(someExtents, fc.integer({ min: 1, max: 2 ** 50 }), async (extents, length) => {
      const lengthMax = covered(extents);
      const there = mergeExtents(clipExtents(checkExtents(extents, lengthMax), length));
      const come = mergeExtents(clipExtents(checkExtents(later(extents), lengthMax), length));
      expect(await gather(come)).toEqual([...there]);
    }),
  );
});

test('an answer can be read more than once if its source can', () => {
  const merged = mergeExtents([dataExtent(1), dataExtent(2)]);
  expect([...merged]).toEqual([dataExtent(3)]);
  expect([...merged]).toEqual([dataExtent(3)]);
});
