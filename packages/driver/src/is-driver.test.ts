/** What is given in the place of a disk, by programs without types. */
import { expect, test } from 'vitest';
import type { Driver } from './driver.ts';
import { exportLookup } from './export-lookup.ts';
import { type ExportDefinition, exportTable } from './export-table.ts';

const expected = 'expected a driver, an object with the method read, found';

const found: readonly (readonly [unknown, string])[] = [
  [undefined, 'undefined'],
  [null, 'null'],
  ['disk.img', 'a string'],
  [10_809, 'a number'],
  [{ size: 512 }, 'an object without it'],
  [{ size: 512, read: true }, 'an object without it'],
];

test.each(found)('a table with %j for a disk cannot be made, and says so', (value, words) => {
  const fault = new TypeError(`export "disk": ${expected} ${words}`);
  expect(() => exportTable({ disk: value as Driver })).toThrow(fault);
  expect(() => exportTable({ disk: { driver: value } as ExportDefinition })).toThrow(fault);
});

test('a table with a disk that is still being opened cannot be made, and says what to do', () => {
  const disk = Promise.resolve<Driver>({ size: 0, read: () => undefined });
  expect(() => exportTable({ disk: disk as unknown as Driver })).toThrow(
    new TypeError(`export "disk": ${expected} a promise, which is to be awaited before`),
  );
});

test.each(found)(
  'a function that opens %j, now or later, fails, and is asked again',
  async (value, words) => {
    const fault = new TypeError(`${expected} ${words}`);
    let times = 0;
    for (const opened of [value, Promise.resolve(value)]) {
      const table = exportTable({
        disk: () => {
          times += 1;
          return opened as Driver;
        },
      });
      await expect(table.open('disk')).rejects.toThrow(fault);
      await expect(table.open('disk')).rejects.toThrow(fault);
      await expect(table.openAll()).rejects.toThrow(
        `export "disk" cannot be opened: ${fault.message}`,
      );
      await table.close();
    }
    expect(times).toBe(6);
  },
);

test.each(found.slice(1))('a lookup that finds %j fails', async (value, words) => {
  const source = exportLookup({ open: () => value as Driver });
  await expect(source.open('disk', { peer: 'unix' })).rejects.toThrow(
    new TypeError(`${expected} ${words}`),
  );
});
