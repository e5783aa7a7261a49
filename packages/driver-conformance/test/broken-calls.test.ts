import { DriverError } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { checkEdges } from '../src/check-edges.ts';
import { checkOverlaps } from '../src/check-overlaps.ts';
import { checkSequences } from '../src/check-sequences.ts';
import { broken, runs } from './broken-disk.ts';

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
