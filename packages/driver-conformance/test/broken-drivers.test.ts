import type { DiskMap, DriverOverrides } from '@nbd/driver';
import { DriverError, filter, holeExtent } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { checkEdges } from '../src/check-edges.ts';
import { checkFacts } from '../src/check-facts.ts';
import { checkOverlaps } from '../src/check-overlaps.ts';
import { checkSequences } from '../src/check-sequences.ts';
import type { DriverConformanceOptions } from '../src/index.ts';
import { ArrayDriver } from './array-driver.ts';

/** The same each time, and no need for the smallest example. */
const runs = { numRuns: 200, seed: 1, endOnFailure: true };

/** A map that says 0 of everything. */
function mapNamed(name: string): DiskMap {
  return { name, runs: (_offset, length) => [{ length, value: 0 }] };
}

/** A disk that is right but for the overrides. */
function broken(
  fault: (inner: ArrayDriver) => DriverOverrides,
  options: Partial<DriverConformanceOptions> = {},
): DriverConformanceOptions {
  return {
    create(disk) {
      const inner = new ArrayDriver(disk);
      return filter(inner, fault(inner));
    },
    sizes: [1, 5000],
    ...options,
  };
}

describe('a disk is found out whose facts are wrong:', () => {
  test.each<[string, RegExp, DriverOverrides]>([
    ['another size than was asked for', /^size: expected 1,/, { size: 4096 }],
    ['no calls at a time', /^concurrency: expected/, { concurrency: 0 }],
    [
      'a minimum that is no power of two (C-135)',
      /^blockSize: expected/,
      { blockSize: { minimum: 3, preferred: 512, payloadMax: 4096 } },
    ],
    [
      'a preferred size below 512 (C-135)',
      /^blockSize: expected/,
      { blockSize: { minimum: 1, preferred: 256, payloadMax: 4096 } },
    ],
    ['maps that are none', /^maps: expected an array/, { maps: {} as never }],
    ['a map without a namespace', /^maps: expected names/, { maps: [mapNamed('used')] }],
    ['a map of the protocol’s own', /^maps: expected names/, { maps: [mapNamed('base:used')] }],
    ['a map whose name is blank', /^maps: expected names/, { maps: [mapNamed('a b:used')] }],
    [
      'a map whose name has half a character',
      /^maps: expected names/,
      { maps: [mapNamed('x-a:\ud800')] },
    ],
    ['a map whose name has a NUL', /^maps: expected names/, { maps: [mapNamed('x-a:b\0')] }],
    [
      'a map whose name is too long',
      /^maps: expected names/,
      { maps: [mapNamed(`x-a:${'é'.repeat(2047)}`)] },
    ],
    [
      'two maps of one name',
      /^maps: expected names/,
      { maps: [mapNamed('x-a:b'), mapNamed('x-a:b')] },
    ],
    [
      'a map that is wide and not',
      /expected wide to be true/,
      { maps: [{ ...mapNamed('x-a:b'), wide: false as never }] },
    ],
    [
      'a map without runs',
      /expected runs to be a method/,
      { maps: [{ name: 'x-a:b', runs: [] as never }] },
    ],
    ['no write', /is writable: expected `write`/, { write: undefined }],
    ['read-only', /is writable: expected `write`/, { readOnly: true }],
  ])('%s', async (_fault, message, overrides) => {
    await expect(checkFacts(broken(() => overrides))).rejects.toThrow(message);
  });

  test('a write on a disk that is not writable', async () => {
    const options = broken(() => ({}), { writable: false });
    await expect(checkFacts(options)).rejects.toThrow(/is not writable: expected no `write`/);
  });
});

describe('a disk is found out that', () => {
  test('fills less than the target', async () => {
    const options = broken((inner) => ({
      read: (target, offset) => inner.read(target.subarray(0, -1), offset),
    }));
    await expect(checkEdges(options)).rejects.toThrow(/^byte 0: expected 0, found 255/);
  });

  test('writes beside the target', async () => {
    const options = broken((inner) => ({
      read(target, offset) {
        inner.read(target, offset);
        new Uint8Array(target.buffer)[target.byteOffset + target.length] = 0;
      },
    }));
    await expect(checkEdges(options)).rejects.toThrow(/the driver wrote outside of it/);
  });

  test('keeps a target and serves later reads from it', async () => {
    const options = broken((inner) => {
      let kept: { readonly target: Uint8Array; readonly offset: number } | undefined;
      return {
        read(target, offset) {
          if (kept?.offset === offset && kept.target.length === target.length) {
            target.set(kept.target);
            return;
          }
          inner.read(target, offset);
          kept = { target, offset };
        },
        write(source, offset) {
          kept = undefined;
          inner.write(source, offset);
        },
      };
    });
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('changes the source of a write', async () => {
    const options = broken((inner) => ({
      write(source, offset) {
        inner.write(source, offset);
        source.fill(0);
      },
    }));
    await expect(checkEdges(options)).rejects.toThrow(/the driver changed byte 0 of the source/);
  });

  test('keeps the source of a write beyond its answer', async () => {
    const options = broken((inner) => {
      let kept: (() => void) | undefined;
      return {
        read(target, offset) {
          kept?.();
          inner.read(target, offset);
        },
        write(source, offset) {
          kept?.();
          kept = () => inner.write(source, offset);
        },
      };
    });
    await expect(checkEdges(options)).rejects.toThrow(/^byte 0: expected \d+, found 219/);
  });

  test('keeps the source of a write beyond its return, although it says that it does not', async () => {
    const options = broken((inner) => ({
      retainsSource: false,
      async write(source, offset) {
        await Promise.resolve();
        inner.write(source, offset);
      },
    }));
    await expect(checkEdges(options)).rejects.toThrow(/^byte 0: expected \d+, found 219/);
  });

  test('trims more than was asked for', async () => {
    const options = broken((inner) => ({
      trim: (offset, length) => inner.trim(Math.floor(offset / 512) * 512, length),
    }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('zeroes less than was asked for', async () => {
    const options = broken((inner) => ({
      zero: (offset, length) => inner.zero(offset, length - 1),
    }));
    await expect(checkEdges(options)).rejects.toThrow(/^byte 0: expected 0, found/);
  });

  test('refuses a fast zero when it has begun', async () => {
    const options = broken((inner) => ({
      zero(offset, length, { fast }) {
        inner.zero(offset, length);
        if (fast) throw new DriverError('ENOTSUP', 'too slow');
      },
    }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('refuses a zero that need not be fast', async () => {
    const options = broken(() => ({
      zero() {
        throw new DriverError('ENOTSUP', 'too slow');
      },
    }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('finds old bytes when it grows again', async () => {
    const options = broken((inner) => {
      let { size } = inner;
      return {
        get size() {
          return size;
        },
        resize(newSize) {
          if (newSize > inner.size) inner.resize(newSize);
          size = newSize;
        },
      };
    });
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('answers reads that arrive together in each other’s place', async () => {
    const options = broken((inner) => ({
      readBatch(reads) {
        for (const [i, { target }] of reads.entries()) {
          inner.read(target, reads[(i + 1) % reads.length]?.offset ?? 0);
        }
      },
    }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('answers reads that follow each other as if there were a gap', async () => {
    const options = broken((inner) => ({
      readBatch(reads) {
        let end = NaN;
        for (const { target, offset } of reads) {
          inner.read(target, offset === end ? 0 : offset);
          end = offset + target.length;
        }
      },
    }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('looks at the objects of a batch of reads when it is no longer its own', async () => {
    const options = broken((inner) => ({
      readBatch(reads) {
        for (const read of reads) {
          read.answer = Promise.resolve().then(() => inner.read(read.target, read.offset));
        }
      },
    }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('puts writes that arrive together in each other’s place', async () => {
    const options = broken((inner) => ({
      writeBatch(writes) {
        for (const [i, { source }] of writes.entries()) {
          inner.write(source, writes[(i + 1) % writes.length]?.offset ?? 0);
        }
      },
    }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('writes no more than the first of those that follow each other', async () => {
    const options = broken((inner) => ({
      writeBatch(writes) {
        let end = NaN;
        for (const { source, offset } of writes) {
          if (offset !== end) inner.write(source, offset);
          end = offset + source.length;
        }
      },
    }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('looks at the objects of a batch of writes when it is no longer its own', async () => {
    const options = broken((inner) => ({
      writeBatch(writes) {
        for (const write of writes) {
          write.answer = Promise.resolve().then(() => inner.write(write.source, write.offset));
        }
      },
    }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('keeps the sources of a batch beyond its return, although it says that it does not', async () => {
    const options = broken((inner) => ({
      retainsSource: false,
      writeBatch(writes) {
        for (const write of writes) {
          const { source, offset } = write;
          write.answer = Promise.resolve().then(() => inner.write(source, offset));
        }
      },
    }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test.each<[string, DriverOverrides['extents']]>([
    ['calls data a hole', (_offset, length) => [holeExtent(length)]],
    ['has extents beyond its end', (_offset, length) => [{ ...holeExtent(length + 5000) }]],
    ['has extents without length', () => [{ length: 0, hole: false, zero: false }]],
    ['has no extents', () => []],
  ])('%s', async (_fault, extents) => {
    const options = broken(() => ({ extents }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test.each<[string, DiskMap['runs']]>([
    ['has runs beyond its end', (_offset, length) => [{ length: length + 5000, value: 0 }]],
    ['has runs without length', () => [{ length: 0, value: 0 }]],
    ['has a map without runs', () => []],
    ['has a value below 0', (_offset, length) => [{ length, value: -1 }]],
    ['has a value that is not whole', (_offset, length) => [{ length, value: 0.5 }]],
    ['has a value above 32 bits', (_offset, length) => [{ length, value: 2 ** 32 }]],
  ])('%s', async (_fault, runsOf) => {
    const options = broken(() => ({ maps: [{ name: 'x-a:b', runs: runsOf }] }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('has a value above 2^53 - 1 in a wide map', async () => {
    const wide: DiskMap = {
      name: 'x-a:b',
      wide: true,
      runs: (_offset, length) => [{ length, value: 2 ** 53 }],
    };
    const options = broken(() => ({ maps: [wide] }));
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('loses a write of a batch to a call that is under way at the same time', async () => {
    const options = broken((inner) => ({
      writeBatch(writes) {
        const whole = new Uint8Array(inner.size);
        inner.read(whole, 0);
        for (const { source, offset } of writes) whole.set(source, offset);
        const later = Promise.resolve().then(() => inner.write(whole, 0));
        for (const write of writes) write.answer = later;
      },
    }));
    await expect(checkSequences(options, runs)).resolves.toBeUndefined();
    await expect(checkOverlaps(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('loses a write to a neighbour that is under way at the same time', async () => {
    const options = broken((inner) => ({
      async write(source, offset) {
        // The whole disk is read, changed and written back, and much may happen meanwhile.
        const whole = new Uint8Array(inner.size);
        inner.read(whole, 0);
        whole.set(source, offset);
        await Promise.resolve();
        inner.write(whole, 0);
      },
    }));
    await expect(checkSequences(options, runs)).resolves.toBeUndefined();
    await expect(checkOverlaps(options, runs)).rejects.toThrow(/Property failed/);
  });
});
