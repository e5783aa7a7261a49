import type { BatchedRead, Driver } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { checkOverlaps } from '../src/check-overlaps.ts';
import { checkSequences } from '../src/check-sequences.ts';
import type { DriverConformanceOptions } from '../src/index.ts';
import type { ArrayDriver } from './array-driver.ts';
import { broken, runs } from './broken-disk.ts';
import { poolingDriver } from './pooling-driver.ts';

/** Answers reads that take a view with one, and fills the targets of the others. */
function lending(
  inner: ArrayDriver,
  viewOf: (read: BatchedRead) => Uint8Array,
): Pick<Driver, 'lendsViews' | 'readBatch'> {
  return {
    lendsViews: true,
    readBatch(reads) {
      for (const read of reads) {
        if (read.takesView === true) read.view = viewOf(read);
        else inner.read(read.target, read.offset);
      }
    },
  };
}

function copyOf(inner: ArrayDriver, { target, offset }: BatchedRead): Uint8Array {
  const copy = new Uint8Array(target.length);
  inner.read(copy, offset);
  return copy;
}

/** What the suite says is wrong. */
async function faultOf(options: DriverConformanceOptions): Promise<unknown> {
  try {
    await checkSequences(options, runs);
    return 'nothing';
  } catch (error) {
    const { cause } = error as Error;
    return cause instanceof Error ? cause.message : cause;
  }
}

test('a disk passes that lends views', async () => {
  const options = broken((inner) => lending(inner, (read) => copyOf(inner, read)));
  await expect(checkSequences(options, runs)).resolves.toBeUndefined();
});

describe('a disk is found out that', () => {
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

  test('lends views of other bytes than those that were asked for', async () => {
    const options = broken((inner) =>
      lending(inner, ({ target, offset }) => {
        const view = new Uint8Array(target.length);
        inner.read(view, Math.max(offset - 1, 0));
        return view;
      }),
    );
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('lends views that are too long', async () => {
    const options = broken((inner) =>
      lending(inner, ({ target }) => new Uint8Array(target.length + 1)),
    );
    await expect(checkSequences(options, runs)).rejects.toThrow(/Property failed/);
  });

  test('lends views to reads that take none', async () => {
    const options = broken((inner) => ({
      readBatch(reads) {
        for (const read of reads) read.view = copyOf(inner, read);
      },
    }));
    expect(await faultOf(options)).toMatch(/which takes none/);
  });

  test('lends views beside promises', async () => {
    const options = broken((inner) => ({
      lendsViews: true,
      readBatch(reads) {
        for (const read of reads) {
          inner.read(read.target, read.offset);
          if (read.takesView !== true) continue;
          read.view = copyOf(inner, read);
          read.answer = Promise.resolve();
        }
      },
    }));
    expect(await faultOf(options)).toMatch(/which is answered later/);
  });

  test('uses memory for the next read that it has lent to the last', async () => {
    const memory = new Uint8Array(0x4_0000);
    const options = broken((inner) => ({
      lendsViews: true,
      readBatch([first, ...others]) {
        for (const { target, offset } of others) inner.read(target, offset);
        if (first?.takesView !== true) inner.read(first?.target ?? memory, first?.offset ?? 0);
        else {
          first.view = memory.subarray(0, first.target.length);
          inner.read(first.view, first.offset);
        }
      },
    }));
    expect(await faultOf(options)).toMatch(/a change of another range/);
  });

  test('uses memory for other bytes once those have gone that were lent', async () => {
    const options = { create: (disk: { readonly size: number }) => poolingDriver(disk.size) };
    expect(await faultOf({ ...options, sizes: [5000] })).toMatch(/a change of another range/);
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
    await expect(checkSequences(options, { ...runs, numRuns: 40 })).resolves.toBeUndefined();
    await expect(checkOverlaps(options, runs)).rejects.toThrow(/Property failed/);
  });
});
