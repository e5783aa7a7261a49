import { openSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { adaptiveReads } from '../src/reads/adaptive-reads.ts';
import { loadEnvironment } from '../src/system/environment.ts';
import { openFileDriver } from '../src/file-driver.ts';
import { FileInUse } from '../src/file/file-in-use.ts';
import { nowaitReads } from '../src/reads/nowait-reads.ts';
import { MEANS, whyNot } from './available-means.ts';
import { batchOf, readAll, runOf } from './batches.ts';
import { pattern, temporaryFiles } from './temporary-files.ts';

const ODD_SIZE = 202_893;

const files = temporaryFiles();
const environment = await loadEnvironment();
const { systemCalls } = environment;

for (const io of MEANS) {
  const missing = whyNot(io, files.create(1), environment);
  describe.skipIf(missing !== undefined)(
    `reads by "${io}"${missing ? ` (${missing})` : ''}`,
    () => {
      test('of neighbours in a batch, of any length, among others and more than one call takes', async () => {
        const content = pattern(ODD_SIZE);
        const driver = await openFileDriver({ path: files.create(content), io }, environment);
        const lengths = Array.from({ length: 150 }, (_, i) => 1 + ((i * 37) % 1200));
        const run = runOf(lengths, 1000);
        const batches = [
          run,
          run.slice(0, 2),
          [...run.slice(0, 30), ...batchOf(10, [5, 3, 13]), ...run.slice(40, 45)],
          [...batchOf(10, [100_000]), ...run.slice(50), ...batchOf(10, [7, 17, 27, 36])],
          run.toReversed(),
        ];
        for (const batch of batches) {
          const reads = batch.map(({ target, offset }) => ({
            target: target.fill(0),
            offset,
            answer: undefined,
          }));
          await Promise.all(readAll(driver, reads));
          for (const { target, offset } of reads) {
            const expected = content.subarray(offset, offset + target.length);
            expect(Buffer.compare(target, expected)).toBe(0);
          }
        }
        await driver.close?.();
      });

      test('of neighbours of which some are beyond the end of a file cut short: those fail, and only those', async () => {
        const path = files.create(pattern(100_000));
        const driver = await openFileDriver({ path, io }, environment);
        truncateSync(path, 50_000);
        for (const others of [[], batchOf(512, [0, 2000])]) {
          const reads = [...others, ...runOf([4096, 1904, 4096, 4096, 10], 44_000)];
          const answers = await Promise.allSettled(readAll(driver, reads));
          expect(answers.slice(others.length).map(({ status }) => status)).toEqual([
            'fulfilled',
            'fulfilled',
            'rejected',
            'rejected',
            'rejected',
          ]);
          expect(answers.at(-1)).toMatchObject({
            reason: { code: 'EIO', message: expect.stringContaining('read of 10 bytes at 58192') },
          });
        }
        await driver.close?.();
      });
    },
  );
}

describe.skipIf(systemCalls === undefined)('reads that do not wait', () => {
  test.each([-11, 0, 5, 1000, 1001, 2999])(
    'of neighbours go on in the pool where they were cut short, after %i bytes of 3000',
    async (count) => {
      const content = pattern(10_000);
      const file = new FileInUse(openSync(files.create(content), 'r'), 'a.img');
      const reads = runOf([1000, 1000, 1000], 512);
      const calls = {
        ...systemCalls!,
        readRunNoWait() {
          // What the system says that it has read is there.
          let at = 512;
          for (const { target } of reads) {
            const end = Math.min(at + target.length, 512 + count);
            if (end > at) target.set(content.subarray(at, end));
            at += target.length;
          }
          return count;
        },
      };
      nowaitReads(file, calls).readBatch?.(reads);
      const done = reads.filter(({ answer }) => answer === undefined).length;
      expect(done).toBe(Math.floor(Math.max(count, 0) / 1000));
      await Promise.all(reads.map(async ({ answer }) => answer));
      for (const { target, offset } of reads) {
        expect(Buffer.compare(target, content.subarray(offset, offset + 1000))).toBe(0);
      }
      await file.close();
    },
  );

  test('are one call for each run of neighbours, and with a ring one for all of several runs', async ({
    skip,
  }) => {
    const path = files.create(pattern(20_000));
    const missing = whyNot('uring', path, environment);
    skip(missing !== undefined, missing);
    const made: string[] = [];
    const calls = {
      ...systemCalls!,
      readRunNoWait(fd: number, count: number, offset: number) {
        made.push(`${count} at ${offset}`);
        return systemCalls!.readRunNoWait(fd, count, offset);
      },
      ringEnter(ring: number, submit: number, completed: number) {
        made.push(`ring of ${submit}`);
        return systemCalls!.ringEnter(ring, submit, completed);
      },
    };
    const run = runOf([1000, 1000, 1000], 0);
    const others = [...batchOf(100, [9000, 8000]), ...runOf([10, 20], 5000)];
    for (const io of ['nowait', 'uring'] as const) {
      const driver = await openFileDriver({ path, io }, { ...environment, systemCalls: calls });
      made.length = 0;
      driver.readBatch?.(run);
      driver.readBatch?.(batchOf(100, [777]));
      driver.readBatch?.([...others, ...run]);
      const alone = ['3 at 0', '1 at 777'];
      expect(made).toEqual(
        io === 'uring'
          ? [...alone, 'ring of 4']
          : [...alone, '1 at 9000', '1 at 8000', '2 at 5000', '3 at 0'],
      );
      await driver.close?.();
    }
  });
});

describe('adaptive reads', () => {
  test('of neighbours are judged as one, and what the pool has read of them is known to be cached', async () => {
    const content = pattern(300_000);
    const file = new FileInUse(openSync(files.create(content), 'r'), 'a.img');
    let now = 0;
    let step = 0.01;
    const reads = adaptiveReads(file, content.length, () => (now += step));
    const lengths = [30_000, 40_000, 61_072];

    const hot = runOf(lengths, 0);
    reads.readBatch?.(hot);
    expect(hot.map(({ answer }) => answer)).toEqual([undefined, undefined, undefined]);
    step = 3;
    reads.readBatch?.(runOf(lengths, 0));
    step = 0;
    const cold = runOf(lengths, 131_072);
    reads.readBatch?.(cold);
    for (const { answer } of cold) expect(answer).toBeInstanceOf(Promise);
    await Promise.all(cold.map(async ({ answer }) => answer));
    for (const { target, offset } of [...hot, ...cold]) {
      const expected = content.subarray(offset, offset + target.length);
      expect(Buffer.compare(target, expected)).toBe(0);
    }
    const again = runOf(lengths, 131_072);
    reads.readBatch?.(again);
    expect(again.map(({ answer }) => answer)).toEqual([undefined, undefined, undefined]);
    await file.close();
  });
});
