import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { BatchedRead, BatchedWrite, Driver } from '@nbd/driver';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../src/system/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
import { FileInUse } from '../src/file/file-in-use.ts';
import { readInPool } from '../src/runs/pool-reads.ts';
import { rangeChanges } from '../src/writes/range-changes.ts';
import { MEANS, whyNot } from './available-means.ts';
import { gate } from './gate.ts';
import { pattern, temporaryFiles } from './temporary-files.ts';

const MIB = 2 ** 20;
const FUA = { fua: false };
const ZERO = { fua: false, mayTrim: false, fast: false };
const CLOSED = { name: 'DriverError', code: 'ESHUTDOWN' };
const files = temporaryFiles();
const environment = await loadEnvironment();
const { systemCalls, extensions } = environment;

/** What a file system answers that does not know a call. */
function unknown(): Promise<never> {
  return Promise.reject(Object.assign(new Error('not known here'), { code: 'ENOTSUP' }));
}

/** Goes once through the thread pool: what was given to it before this, and does not wait, is done. */
async function throughPool(path: string): Promise<void> {
  const other = new FileInUse(openSync(path, 'r'), path);
  await readInPool(other, new Uint8Array(1), 0);
  await other.close();
}

describe('a file that is closed while a call is under way', () => {
  test('keeps its descriptor until the call is over', async () => {
    const path = files.create(10);
    const fd = openSync(path, 'r');
    const file = new FileInUse(fd, path);
    const order: string[] = [];
    file.whenClosed(() => order.push('closed'));
    const slow = gate();
    const call = file.use(() => slow.passed).then(() => order.push('call'));

    const closing = file.close();
    expect(file.close()).toBe(closing);
    await throughPool(path);
    expect(fstatSync(fd).size).toBe(10);

    slow.open();
    await Promise.all([call, closing]);
    expect(order).toEqual(['call', 'closed']);
    expect(() => fstatSync(fd)).toThrow('EBADF');
  });

  test('gives its number to no further call', async () => {
    const path = files.create(10);
    const file = new FileInUse(openSync(path, 'r'), path);
    const closing = file.close();
    const closed = expect.objectContaining({ ...CLOSED, message: `${path}: the disk is closed` });
    expect(() => file.fd).toThrow(closed);
    await expect(file.use(() => Promise.resolve())).rejects.toEqual(closed);
    await closing;
  });

  test('ends a read that the system cut short', async () => {
    const path = files.create(pattern(1000));
    const file = new FileInUse(openSync(path, 'r'), path);
    const answer = readInPool(file, new Uint8Array(2000), 0);
    const closing = file.close();
    await expect(answer).rejects.toMatchObject(CLOSED);
    await closing;
  });

  test('ends a zero between two slices', async () => {
    const path = files.create(new Uint8Array(16 * MIB).fill(0xaa));
    const file = new FileInUse(openSync(path, 'r+'), path);
    const changes = rangeChanges(file, { zero: unknown }, () => undefined);
    const answer = changes.zero?.(0, 16 * MIB, ZERO);
    // The first of 64 slices is written, and no more than one a turn.
    const byte = Uint8Array.of(0xaa);
    while (byte[0] !== 0) {
      await turn();
      readSync(file.fd, byte, 0, 1, 0);
    }
    const closing = file.close();
    await expect(answer).rejects.toMatchObject(CLOSED);
    await closing;
    expect(readFileSync(path).at(-1)).toBe(0xaa);
  });
});

function answersOf(batch: readonly Pick<BatchedRead, 'answer'>[]): Promise<unknown> {
  return Promise.all(batch.map(async ({ answer }) => answer));
}

/** Every way to use a writable disk, each as a promise. */
function callsOf(driver: Driver): Promise<unknown>[] {
  const reads: BatchedRead[] = [0, 512].map((offset) => ({
    target: new Uint8Array(512),
    offset,
    answer: undefined,
  }));
  const writes: BatchedWrite[] = [0, 10, 512].map((offset) => ({
    source: pattern(10),
    offset,
    fua: false,
    answer: undefined,
  }));
  const calls: ((() => unknown) | undefined)[] = [
    () => driver.read(new Uint8Array(10), 0),
    () => {
      driver.readBatch?.(reads);
      return answersOf(reads);
    },
    () => driver.write?.(pattern(10), 0, FUA),
    () => {
      driver.writeBatch?.(writes);
      return answersOf(writes);
    },
    () => driver.flush?.(),
    () => driver.resize?.(1),
    driver.trim && (() => driver.trim?.(0, 4096, FUA)),
    driver.zero && (() => driver.zero?.(0, 4096, ZERO)),
    driver.cache && (() => driver.cache?.(0, 4096)),
    driver.extents && (() => Array.from(driver.extents?.(0, 4096) as Iterable<unknown>)),
  ];
  return calls.filter((call) => call !== undefined).map(async (call) => call());
}

describe('a disk that is closed', () => {
  for (const io of MEANS) {
    const missing = whyNot(io, files.create(1), environment);
    test.skipIf(missing !== undefined)(`by "${io}" refuses every call with ESHUTDOWN`, async () => {
      const content = pattern(8192);
      const path = files.create(content);
      const driver = await openFileDriver({ path, io }, environment);
      const closing = driver.close?.();
      expect(driver.close?.()).toBe(closing);
      const early = callsOf(driver);
      for (const call of early) await expect(call).rejects.toMatchObject(CLOSED);
      await closing;
      for (const call of callsOf(driver)) await expect(call).rejects.toMatchObject(CLOSED);
      expect(driver.size).toBe(8192);
      expect(Buffer.compare(readFileSync(path), content)).toBe(0);
    });
  }

  test.skipIf(systemCalls === undefined || extensions === undefined)(
    'has its file and its lock until the last call is over, and then gives back both',
    async () => {
      const path = files.create(8192);
      const slow = gate();
      const calls = {
        ...systemCalls!,
        async fallocate(fd: number, mode: number, offset: number, length: number) {
          await slow.passed;
          await systemCalls?.fallocate(fd, mode, offset, length);
        },
      };
      const driver = await openFileDriver({ path }, { ...environment, systemCalls: calls });
      await driver.write?.(pattern(8192), 0, FUA);
      const zero = driver.zero?.(0, 4096, ZERO);
      const closing = driver.close?.();
      await throughPool(path);
      const other = openSync(path, 'r+');
      expect(extensions?.tryLock(other, 300, 1)).toBe(false);

      slow.open();
      await zero;
      await closing;
      expect(
        readFileSync(path)
          .subarray(0, 4096)
          .every((byte) => byte === 0),
      ).toBe(true);
      expect(extensions?.tryLock(other, 300, 1)).toBe(true);
      closeSync(other);
    },
  );
});
