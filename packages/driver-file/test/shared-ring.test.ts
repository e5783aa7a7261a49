import { readlinkSync } from 'node:fs';
import type { BatchedRead } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../src/system/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
import type { SystemCalls } from '../src/system/system-calls.ts';
import { joinRing, leaveRing } from '../src/reads/uring-reads.ts';
import { whyNot } from './available-means.ts';
import { kernelRing } from './kernel-ring.ts';
import { pattern, temporaryFiles } from './temporary-files.ts';

const files = temporaryFiles();
const environment = await loadEnvironment();
const { systemCalls } = environment;
const missing = whyNot('uring', files.create(1), environment);

describe('the ring of a thread', () => {
  test('is one for all its files, ends with the last of them, and is made anew for the next', () => {
    const { calls, held } = kernelRing({ result: () => 0 });
    const first = joinRing(calls);
    expect(joinRing(calls)).toBe(first);
    leaveRing(calls);
    expect(held).toEqual({ mapped: 2, open: 1 });
    leaveRing(calls);
    expect(held).toEqual({ mapped: 0, open: 0 });
    expect(joinRing(calls)).not.toBe(first);
    expect(held).toEqual({ mapped: 2, open: 1 });
  });

  test('is not asked for again once it was refused', () => {
    let asked = 0;
    const ringSetup = (): number => {
      asked++;
      return -1;
    };
    const calls = { ...kernelRing({ result: () => 0 }).calls, ringSetup };
    expect(joinRing(calls)).toBeUndefined();
    leaveRing(calls);
    expect(joinRing(calls)).toBeUndefined();
    expect(asked).toBe(1);
  });
});

/** The system's calls, and the descriptors of the rings that were made with them. */
function watched(calls: SystemCalls): { readonly calls: SystemCalls; readonly rings: number[] } {
  const rings: number[] = [];
  const ringSetup: SystemCalls['ringSetup'] = (entries, params) => {
    const ring = calls.ringSetup(entries, params);
    rings.push(ring);
    return ring;
  };
  return { calls: { ...calls, ringSetup }, rings };
}

/** What a descriptor of this process is; undefined: nothing. */
function kindOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

test.skipIf(missing !== undefined)('disks leave no ring behind when they are closed', async () => {
  const { calls, rings } = watched(systemCalls!);
  const some = { ...environment, systemCalls: calls };
  const open = () => openFileDriver({ path: files.create(pattern(8192)), io: 'uring' }, some);
  const [one, other] = [await open(), await open()];
  const [ring = -1] = rings;
  expect(rings).toHaveLength(1);

  await one.close?.();
  expect(kindOf(ring)).toContain('io_uring');
  const reads: BatchedRead[] = [4096, 0].map((offset) => ({
    target: new Uint8Array(4096),
    offset,
    answer: undefined,
  }));
  other.readBatch?.(reads);
  await Promise.all(reads.map(async ({ answer }) => answer));
  expect(reads[1]?.target).toEqual(pattern(8192).subarray(0, 4096));

  await other.close?.();
  expect(kindOf(ring) ?? '').not.toContain('io_uring');
  expect(() => other.readBatch?.(reads)).toThrow('the disk is closed');
});
