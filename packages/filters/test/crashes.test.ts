/** What a crash may take, and what it may not, over any calls. */
import { type Driver, type Extent, filter } from '@nbd/driver';
import { memoryDriver } from '@nbd/driver-memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CrashableDisk } from '../src/index.ts';

const SECTOR = 512;
/** The last sector is short. */
const SIZE = 16 * SECTOR - 100;

type Step =
  | { kind: 'write'; offset: number; length: number; value: number; fua: boolean }
  | { kind: 'zero' | 'trim'; offset: number; length: number; fua: boolean }
  | { kind: 'flush' };

const range = fc
  .tuple(fc.nat(SIZE - 1), fc.integer({ min: 1, max: 4 * SECTOR }))
  .map(([offset, length]) => ({ offset, length: Math.min(length, SIZE - offset) }));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: range.chain(({ offset, length }) =>
      fc.record({
        kind: fc.constant('write' as const),
        offset: fc.constant(offset),
        length: fc.constant(length),
        value: fc.integer({ min: 1, max: 255 }),
        fua: fc.boolean(),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: range.chain(({ offset, length }) =>
      fc.record({
        kind: fc.constantFrom('zero' as const, 'trim' as const),
        offset: fc.constant(offset),
        length: fc.constant(length),
        fua: fc.boolean(),
      }),
    ),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'flush' as const }) },
);

/** The disk as an array of bytes, and all that each sector has been since it was last made stable. */
class Model {
  readonly now = new Uint8Array(SIZE);
  readonly past: string[][] = [];

  constructor() {
    for (let sector = 0; sector * SECTOR < SIZE; sector++) this.past.push([this.sector(sector)]);
  }

  sector(sector: number): string {
    return spell(this.now.subarray(sector * SECTOR, (sector + 1) * SECTOR));
  }

  apply(one: Step): void {
    if (one.kind === 'flush') {
      this.settle(0, SIZE);
      return;
    }
    const { offset, length, fua } = one;
    this.now.fill(one.kind === 'write' ? one.value : 0, offset, offset + length);
    for (const sector of sectorsOf(offset, length)) this.past[sector]?.push(this.sector(sector));
    if (fua) this.settle(offset, length);
  }

  settle(offset: number, length: number): void {
    for (const sector of sectorsOf(offset, length)) this.past[sector] = [this.sector(sector)];
  }
}

/** Bytes that compare quickly. */
function spell(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('latin1');
}

function sectorsOf(offset: number, length: number): number[] {
  const first = Math.floor(offset / SECTOR);
  const end = Math.ceil((offset + length) / SECTOR);
  return Array.from({ length: end - first }, (_, i) => first + i);
}

async function perform(disk: Driver, one: Step): Promise<void> {
  switch (one.kind) {
    case 'write':
      return disk.write?.(new Uint8Array(one.length).fill(one.value), one.offset, one);
    case 'zero':
      return disk.zero?.(one.offset, one.length, { fua: one.fua, mayTrim: true, fast: false });
    case 'trim':
      return disk.trim?.(one.offset, one.length, one);
    case 'flush':
      return disk.flush?.();
  }
}

/** Whether the disk within answers at once, or by promises. */
function innerDisk(slow: boolean): Driver {
  const inner = memoryDriver({ size: SIZE });
  if (!slow) return inner;
  return {
    ...inner,
    size: SIZE,
    read: async (target, offset) => {
      await Promise.resolve();
      await inner.read(target, offset);
    },
    write: async (source, offset, options) => {
      await Promise.resolve();
      await inner.write?.(source, offset, options);
    },
  };
}

describe('a crash', () => {
  it('leaves each sector as it was when it was last stable, or as anything it has been since', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 20 }),
        fc.integer(),
        fc.boolean(),
        async (steps, seed, slow) => {
          const model = new Model();
          const disk = new CrashableDisk(innerDisk(slow));
          for (const one of steps) {
            model.apply(one);
            await perform(disk.driver, one);
          }
          expect(spell(await disk.bytes(0, SIZE))).toBe(spell(model.now));
          await disk.crash({ seed });
          const left = await disk.bytes(0, SIZE);
          for (const [sector, past] of model.past.entries()) {
            const found = left.subarray(sector * SECTOR, (sector + 1) * SECTOR);
            expect(past).toContain(spell(found));
          }
          expect(spell(await disk.stableBytes(0, SIZE))).toBe(spell(left));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('takes all or nothing if it is told to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const model = new Model();
        const none = new CrashableDisk(memoryDriver({ size: SIZE }));
        const all = new CrashableDisk(memoryDriver({ size: SIZE }));
        for (const one of steps) {
          model.apply(one);
          await perform(none.driver, one);
          await perform(all.driver, one);
        }
        const stable = await none.stableBytes(0, SIZE);
        await none.crash({ keep: 'none' });
        await all.crash({ keep: 'all' });
        expect(spell(await none.bytes(0, SIZE))).toBe(spell(stable));
        expect(spell(await all.bytes(0, SIZE))).toBe(spell(model.now));
      }),
      { numRuns: 30 },
    );
  });

  it('leaves the same for the same seed, and tears one write in many ways for others', async () => {
    const outcomes = new Set<string>();
    for (const seed of [1, 1, 2, 3, 4, 5]) {
      const disk = new CrashableDisk(memoryDriver({ size: 8 * SECTOR }));
      void disk.driver.write?.(new Uint8Array(8 * SECTOR).fill(7), 0, { fua: false });
      const report = await disk.crash({ seed });
      const left = await disk.bytes(0, 8 * SECTOR);
      const kept = Array.from({ length: 8 }, (_, sector) => left[sector * SECTOR] === 7);
      expect(report).toEqual({
        unflushedSectors: 8,
        lostSectors: kept.filter((isThere) => !isThere).length,
      });
      outcomes.add(String(kept));
    }
    expect(outcomes.size).toBe(5);
  });

  it('that comes behind a flush, which is under way, finds it done', async () => {
    const disk = new CrashableDisk(innerDisk(true));
    void disk.driver.write?.(new Uint8Array(SECTOR).fill(9), 0, { fua: false });
    void disk.driver.flush?.();
    expect(await disk.crash()).toEqual({ unflushedSectors: 0, lostSectors: 0 });
    expect((await disk.bytes(0, 1))[0]).toBe(9);
  });
});

describe('a crashable disk', () => {
  it('has nothing to lose where the disk within has no flush', async () => {
    const inner = memoryDriver({ size: SIZE });
    const disk = new CrashableDisk({ ...inner, size: SIZE, flush: undefined } as unknown as Driver);
    await disk.driver.write?.(new Uint8Array(SECTOR).fill(9), 100, { fua: false });
    expect(disk.unflushedBytes).toBe(0);
    expect(await disk.crash()).toEqual({ unflushedSectors: 0, lostSectors: 0 });
  });

  it('does a large zero within, at once, after what lies in its range', async () => {
    const size = 2 ** 40;
    const disk = new CrashableDisk(memoryDriver({ size }));
    await disk.driver.write?.(new Uint8Array(SECTOR).fill(9), 100, { fua: false });
    expect(disk.unflushedBytes).toBe(2 * SECTOR);
    await disk.driver.zero?.(200, size - 200, { fua: false, mayTrim: true, fast: true });
    expect(disk.unflushedBytes).toBe(0);
    expect([...(await disk.bytes(99, 102))]).toEqual([0, ...Array(100).fill(9), 0]);
  });

  it('keeps the space of zeroes that may be no hole, and makes holes of the others', async () => {
    const inner = memoryDriver({ size: 4 * 2 ** 16 });
    const disk = new CrashableDisk(inner);
    await disk.driver.zero?.(0, 2 ** 16, { fua: false, mayTrim: false, fast: false });
    await disk.driver.zero?.(2 ** 16, 2 ** 16, { fua: false, mayTrim: true, fast: false });
    await disk.driver.flush?.();
    expect([...((inner.extents?.(0, 2 ** 17) ?? []) as Iterable<Extent>)]).toMatchObject([
      { length: 2 ** 16, hole: false, zero: true },
      { hole: true, zero: true },
    ]);
  });

  it('asks the disk within for whole blocks, also in a last sector that is short', async () => {
    const inner = memoryDriver({ size: 5000 });
    const asked: number[][] = [];
    const disk = new CrashableDisk(
      filter(inner, {
        blockSize: { minimum: 512, preferred: 4096, payloadMax: 2 ** 20 },
        read(target, offset) {
          asked.push([offset, target.length]);
          return inner.read(target, offset);
        },
      }),
      { sectorBytes: 4096 },
    );
    await disk.driver.write?.(new Uint8Array(512).fill(9), 4096, { fua: true });
    expect(asked).toEqual([[4096, 512]]);
  });

  it('flushes when it is closed', async () => {
    const inner = memoryDriver({ size: SIZE });
    const disk = new CrashableDisk(inner);
    await disk.driver.write?.(Uint8Array.of(5), 3, { fua: false });
    await disk.driver.close?.();
    const target = new Uint8Array(1);
    void inner.read(target, 3);
    expect(target[0]).toBe(5);
  });

  it('forgets the middle of a long history, and neither its start nor its end', async () => {
    const found = new Set<number | undefined>();
    for (let seed = 0; seed < 200; seed++) {
      const disk = new CrashableDisk(memoryDriver({ size: SECTOR }));
      for (let value = 1; value <= 200; value++) {
        void disk.driver.write?.(new Uint8Array(SECTOR).fill(value), 0, { fua: false });
      }
      await disk.crash({ seed });
      found.add((await disk.bytes(0, 1))[0]);
    }
    expect(found.has(0)).toBe(true);
    expect(found.has(200)).toBe(true);
    expect(found.size).toBeLessThanOrEqual(65);
  });

  it.each([0, 3, 511])('refuses sectors of %i bytes', (sectorBytes) => {
    expect(() => new CrashableDisk(memoryDriver({ size: SIZE }), { sectorBytes })).toThrow(
      RangeError,
    );
  });
});
