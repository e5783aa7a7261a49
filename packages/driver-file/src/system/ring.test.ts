import { describe, expect, test } from 'vitest';
import { kernelRing, refuse } from '../../test/kernel-ring.ts';
import type { KernelRingOptions } from '../../test/kernel-ring.ts';
import { Ring } from './ring.ts';
import { EAGAIN, RWF_NOWAIT } from './system-calls.ts';

const ADDRESS = 0x7fff_1234_5000;
/** What all reads into one piece of memory have in common. */
const READ = { operation: 22, fd: 5, flags: RWF_NOWAIT };

function open(options: KernelRingOptions) {
  const kernel = kernelRing(options);
  const ring = Ring.open(kernel.calls, 8);
  if (ring === undefined) throw new Error('expected a ring');
  return { ...kernel, ring };
}

/** Reads `lengths`, all in one batch, and answers the results. */
function run(ring: Ring, lengths: readonly number[]): number[] {
  for (const [i, length] of lengths.entries()) ring.put(5, ADDRESS + i * 4096, length, i * 2 ** 33);
  ring.run();
  return [...ring.results.subarray(0, lengths.length)];
}

describe('the ring', () => {
  test('a batch is one call, and each entry says what to read, where to, and not to wait', () => {
    const { ring, reads, enters } = open({ result: ({ length }) => length });
    expect(run(ring, [100, 200])).toEqual([100, 200]);
    expect(enters).toEqual([2]);
    expect(reads).toEqual([
      { ...READ, address: ADDRESS, length: 100, offset: 0 },
      { ...READ, address: ADDRESS + 4096, length: 200, offset: 2 ** 33 },
    ]);
  });

  test('a run of neighbours is one entry, and leaves nothing behind for the next in its place', () => {
    const { ring, reads } = open({ result: ({ length }) => length * 10 });
    for (let i = 0; i < 8; i++) ring.putRun(5, ADDRESS + 16 * i, 2 + i, i);
    ring.run();
    expect([...ring.results]).toEqual([20, 30, 40, 50, 60, 70, 80, 90]);
    expect(reads.splice(0)).toEqual(
      Array.from({ length: 8 }, (_, i) => ({
        ...READ,
        operation: 1,
        address: ADDRESS + 16 * i,
        length: 2 + i,
        offset: i,
      })),
    );
    run(ring, [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(reads.map(({ operation }) => operation)).toEqual(Array.from({ length: 8 }, () => 22));
  });

  test.each([0, -3, 2 ** 31 - 5, 6])(
    'results find their reads while the counters wrap, starting at %i',
    (start) => {
      const { ring } = open({ start, result: ({ length }) => length });
      for (let batch = 0; batch < 5; batch++) {
        const lengths = [1, 2, 3, 4, 5, 6, 7, 8].map((length) => batch * 100 + length);
        expect(run(ring, lengths)).toEqual(lengths);
      }
    },
  );

  test('errors come back as they are', () => {
    const { ring } = open({ result: ({ length }) => -length });
    expect(run(ring, [EAGAIN, 4])).toEqual([-EAGAIN, -4]);
  });

  test('a call that ends early is followed by others, until nothing is in flight', () => {
    const { ring, enters } = open({ completes: 1, result: ({ length }) => length });
    expect(run(ring, [1, 2, 3])).toEqual([1, 2, 3]);
    expect(enters).toEqual([3, 0, 0]);
  });

  test('reads that the kernel did not take are EAGAIN, and are not read by the next batch', () => {
    const { ring, reads } = open({ takes: 2, result: ({ length }) => length });
    expect(run(ring, [1, 2, 3])).toEqual([1, 2, -EAGAIN]);
    expect(run(ring, [4, 5])).toEqual([4, 5]);
    expect(reads.map((read) => read.length)).toEqual([1, 2, 4, 5]);
  });

  test('a call that fails answers EAGAIN for all', () => {
    const { ring, reads } = open({ takes: -12, result: ({ length }) => length });
    expect(run(ring, [1, 2])).toEqual([-EAGAIN, -EAGAIN]);
    expect(reads).toEqual([]);
    ring.put(5, ADDRESS, 1, 0);
    expect(ring.run()).toBe(false);
  });

  test('a ring that the system refuses is not there', () => {
    const { calls } = kernelRing({ fd: -1, result: () => 0 });
    expect(Ring.open(calls, 8)).toBeUndefined();
  });

  test.each([0, 1])(
    'a ring whose memory can be mapped %i times is not there, and keeps none',
    (times) => {
      const { calls, held } = kernelRing({ result: () => 0 });
      let left = times;
      const ringMap: typeof calls.ringMap = (...range) =>
        left-- > 0 ? calls.ringMap(...range) : refuse();
      expect(Ring.open({ ...calls, ringMap }, 8)).toBeUndefined();
      expect(held).toEqual({ mapped: 0, open: 0 });
    },
  );

  test('a ring that is closed has given back its memory and its descriptor', () => {
    const { ring, held } = open({ result: () => 0 });
    expect(held).toEqual({ mapped: 2, open: 1 });
    ring.close();
    expect(held).toEqual({ mapped: 0, open: 0 });
  });
});
