import fs, { existsSync, openSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { BatchedWrite } from '@nbd/driver';
import { describe, expect, test, vi } from 'vitest';
import { asyncReads } from '../src/reads/async-reads.ts';
import { loadEnvironment } from '../src/system/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
import { FileInUse } from '../src/file/file-in-use.ts';
import { asyncWrites, guardedWrites } from '../src/writes/file-writes.ts';
import type { SystemCalls } from '../src/system/system-calls.ts';
import { type WritesNow, writesNow } from '../src/writes/writes-now.ts';
import { runProgram } from './run-program.ts';
import { pattern, temporaryFiles } from './temporary-files.ts';

const files = temporaryFiles();
const environment = await loadEnvironment();
const { systemCalls } = environment;

/** How a write on the loop is made. */
type CallsNow = SystemCalls | undefined | 'absent';
const MEANS_NOW: readonly (readonly [string, CallsNow])[] = [
  ['Node', undefined],
  ['system calls', systemCalls ?? 'absent'],
];

function writesNowBy(file: FileInUse, calls: CallsNow): WritesNow {
  return writesNow(file, calls === 'absent' ? undefined : calls);
}

/** Writes of 10 bytes each, the bytes that `pattern` has there, as a session hands them over. */
function batchOf(offsets: readonly number[]): BatchedWrite[] {
  const content = pattern(1000);
  return offsets.map((offset) => ({
    source: Buffer.from(content.subarray(offset, offset + 10)), // whose slice is no copy
    offset,
    fua: false,
    answer: undefined,
  }));
}

/** Each byte of the file is that of `pattern` where one of the writes was, and zero elsewhere. */
function expectWritten(path: string, batch: readonly BatchedWrite[]): void {
  const found = readFileSync(path);
  const expected = new Uint8Array(found.length);
  for (const { offset } of batch) expected.set(pattern(1000).subarray(offset, offset + 10), offset);
  expect(Buffer.compare(found, expected)).toBe(0);
}

describe('writes', () => {
  for (const [means, calls] of MEANS_NOW) {
    test.skipIf(calls === 'absent')(
      `by ${means} leave the loop after a slow one, take all of the source before they return, and come back`,
      async () => {
        const path = files.create(3000);
        const file = new FileInUse(openSync(path, 'r+'), path);
        let now = 0;
        let step = 0;
        const { write } = guardedWrites(file, writesNowBy(file, calls), () => (now += step));
        const source = Buffer.from(pattern(1000)); // whose slice is no copy

        step = 10;
        expect(write(source, 0)).toBeUndefined();
        step = 0;
        const later = write(source, 1000);
        expect(later).toBeInstanceOf(Promise);
        source.fill(0xee);
        await later;
        now += 1000;
        expect(write(pattern(1000), 2000)).toBeUndefined();
        await file.close();

        const found = readFileSync(path);
        for (const at of [0, 1000, 2000]) {
          expect(Buffer.compare(found.subarray(at, at + 1000), pattern(1000))).toBe(0);
        }
      },
    );

    test.skipIf(calls === 'absent' || !existsSync('/dev/full'))(
      `by ${means} to a full disk fail with ENOSPC, each on its own`,
      async () => {
        const file = new FileInUse(openSync('/dev/full', 'r+'), '/dev/full');
        const full = { name: 'DriverError', code: 'ENOSPC' };
        const { write, writeBatch } = guardedWrites(file, writesNowBy(file, calls), () => 0);
        await expect(write(pattern(10), 0)).rejects.toMatchObject(full);
        const batch = batchOf([0, 10, 20, 50]);
        writeBatch(batch);
        const answers = await Promise.allSettled(batch.map(async ({ answer }) => answer));
        expect(answers).toMatchObject(
          batch.map(({ offset }) => ({
            status: 'rejected',
            reason: { ...full, message: expect.stringContaining(`of 10 bytes at ${offset}:`) },
          })),
        );
        await file.close();
      },
    );
  }

  test('by "async" are never done on the loop', async () => {
    const driver = await openFileDriver({ path: files.create(4096), io: 'async' }, environment);
    const answer = driver.write?.(pattern(4096), 0, { fua: false });
    expect(answer).toBeInstanceOf(Promise);
    await answer;
    await driver.close?.();
  });

  test.skipIf(!existsSync('/dev/null'))(
    'and reads in the pool may be longer than one call of Node can be',
    async () => {
      const file = new FileInUse(openSync('/dev/null', 'r+'), '/dev/null');
      // Memory that nobody touches costs nothing.
      const memory = new Uint8Array(2 ** 31);
      await expect(asyncWrites(file).write(memory, 0)).resolves.toBeUndefined();
      await expect(asyncReads(file).read(memory, 0)).rejects.toThrow('ends at 0');
      await file.close();
    },
  );

  test.skipIf(process.platform === 'win32')(
    'that the system cuts short go on, so that what stops them is found, unless the file is closed',
    async () => {
      const path = files.create(10);
      await expect(runProgram('write-beyond-limit.ts', [path], '4')).resolves.toBe(
        'ENOSPC ENOSPC ENOSPC ESHUTDOWN 2048\n',
      );
    },
  );

  test('are on stable storage after a flush, which is never done on the loop', async () => {
    const driver = await openFileDriver({ path: files.create(4096) }, environment);
    await driver.write?.(pattern(4096), 0, { fua: false });
    const answer = driver.flush?.();
    expect(answer).toBeInstanceOf(Promise);
    await expect(answer).resolves.toBeUndefined();
    await driver.close?.();
  });

  test('that the system could not keep are not called safe by a later flush of the disk', async () => {
    const path = files.create(4096);
    const driver = await openFileDriver({ path }, environment);
    const same = await openFileDriver({ path }, environment);
    await driver.write?.(pattern(4096), 0, { fua: false });
    // No medium fails on demand, so this once the answer of the system is made up.
    const lost = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    const fdatasync = vi.spyOn(fs, 'fdatasync').mockImplementationOnce((_fd, done) => done(lost));
    syncBuiltinESMExports();
    try {
      await expect(driver.flush?.()).rejects.toMatchObject({ code: 'EIO', cause: lost });
    } finally {
      fdatasync.mockRestore();
      syncBuiltinESMExports();
    }
    const earlier = { code: 'EIO', message: expect.stringContaining('earlier one failed') };
    await expect(driver.flush?.()).rejects.toMatchObject(earlier);
    await driver.close?.();
    await expect(same.flush?.()).rejects.toMatchObject(earlier);
    await same.close?.();

    const again = await openFileDriver({ path }, environment);
    await again.flush?.();
    await again.close?.();
  });
});

describe('writes that arrive together', () => {
  const APART = [500, 0, 10, 20, 700, 710];
  /** What is written of a run of 30 bytes, or the error: nothing, a part, and up to a border. */
  const SHORT = [-28, 0, 5, 10, 29];

  for (const [means, calls] of MEANS_NOW) {
    test.skipIf(calls === 'absent')(`by ${means} are all written at once`, async () => {
      const path = files.create(1000);
      const file = new FileInUse(openSync(path, 'r+'), path);
      const batch = batchOf(APART);
      guardedWrites(file, writesNowBy(file, calls), () => 0).writeBatch(batch);
      expect(batch.map(({ answer }) => answer)).toEqual(APART.map(() => undefined));
      expectWritten(path, batch);
      await file.close();
    });
  }

  test.skipIf(systemCalls === undefined)('are one call for each run of neighbours', async () => {
    const path = files.create(1000);
    const file = new FileInUse(openSync(path, 'r+'), path);
    const runs: (readonly [number, number])[] = [];
    const writeRun = (fd: number, count: number, offset: number) => {
      runs.push([count, offset]);
      return systemCalls!.writeRun(fd, count, offset);
    };
    const now = writesNow(file, { ...systemCalls!, writeRun });
    guardedWrites(file, now, () => 0).writeBatch(batchOf(APART));
    expect(runs).toEqual([
      [1, 500],
      [3, 0],
      [2, 700],
    ]);
    await file.close();
  });

  test.each(SHORT)('of which the system writes %i bytes go on, and none is lost', async (count) => {
    const path = files.create(1000);
    const file = new FileInUse(openSync(path, 'r+'), path);
    const now: WritesNow = { write: () => count, writeRun: () => count };
    const batch = batchOf([100, 110, 120]);
    // What the system says that it has written is there already.
    fs.writeSync(file.fd, pattern(130), 100, Math.max(count, 0), 100);
    guardedWrites(file, now, () => 0).writeBatch(batch);
    const written = batch.filter(({ answer }) => answer === undefined).length;
    expect(written).toBe(Math.floor(Math.max(count, 0) / 10));
    for (const { source } of batch) source.fill(0xee);
    await Promise.all(batch.map(async ({ answer }) => answer));
    expectWritten(path, batch);
    await file.close();
  });

  test('leave the loop after a slow run, take all sources before that, and come back', async () => {
    const path = files.create(1000);
    const file = new FileInUse(openSync(path, 'r+'), path);
    let now = 0;
    let step = 10;
    const { writeBatch } = guardedWrites(file, writesNow(file, undefined), () => (now += step));
    const batch = batchOf(APART);
    writeBatch(batch);
    expect(batch.map(({ answer }) => answer !== undefined)).toEqual([
      false,
      ...APART.slice(1).map(() => true),
    ]);
    for (const { source } of batch) source.fill(0xee);
    await Promise.all(batch.map(async ({ answer }) => answer));
    expectWritten(path, batch);

    step = 0;
    now += 1000;
    const next = batchOf([900, 910]);
    writeBatch(next);
    expect(next.map(({ answer }) => answer)).toEqual([undefined, undefined]);
    expectWritten(path, [...batch, ...next]);
    await file.close();
  });

  test('by "async" are never done on the loop, and need their sources until they are answered', async () => {
    const path = files.create(1000);
    const driver = await openFileDriver({ path, io: 'async' }, environment);
    expect(driver.retainsSource).toBeUndefined();
    const batch = batchOf(APART);
    driver.writeBatch?.(batch);
    for (const { answer } of batch) expect(answer).toBeInstanceOf(Promise);
    await Promise.all(batch.map(async ({ answer }) => answer));
    expectWritten(path, batch);
    await driver.close?.();
  });

  test('one of which the disk has shrunk away from fails alone', async () => {
    const path = files.create(1000);
    const driver = await openFileDriver({ path }, environment);
    await driver.resize?.(705);
    const batch = batchOf(APART);
    driver.writeBatch?.(batch);
    const answers = await Promise.allSettled(batch.map(async ({ answer }) => answer));
    expect(answers.map(({ status }) => status)).toEqual([
      ...APART.slice(0, 4).map(() => 'fulfilled'),
      'rejected',
      'rejected',
    ]);
    expect(answers[4]).toMatchObject({ reason: { code: 'ENOSPC' } });
    expectWritten(path, batch.slice(0, 4));
    await driver.close?.();
  });
});
