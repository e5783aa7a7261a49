import { expect, test } from 'vitest';
import type { Driver } from './driver.ts';
import { oneExport } from './one-export.ts';

const DISK: Driver = { size: 512, read: () => undefined };

test('one export is a table of one disk', async () => {
  const source = oneExport({ name: 'disk', description: 'the only one', driver: DISK });
  const listing = { name: 'disk', description: 'the only one' };
  expect([...source.list()]).toEqual([listing]);
  expect(await source.open('')).toMatchObject({ ...listing, driver: DISK });
});

test('one export has the empty name unless it is given one', async () => {
  const source = oneExport({ driver: () => DISK });
  expect(await source.open('')).toMatchObject({ name: '' });
});
