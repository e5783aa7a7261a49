import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { descriptorsOf, residentOf } from './process-holdings.ts';

test('memory in RAM is bytes, and is at most the most that there was', async () => {
  const { now, peak } = await residentOf(process.pid);
  expect(now).toBeGreaterThan(2 ** 20);
  expect(peak).toBeGreaterThanOrEqual(now);
});

test('a file that is open is one descriptor', async () => {
  const before = await descriptorsOf(process.pid);
  const file = await open(process.execPath);
  expect(await descriptorsOf(process.pid)).toBe(before + 1);
  await file.close();
  expect(await descriptorsOf(process.pid)).toBe(before);
});
