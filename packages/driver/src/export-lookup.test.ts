import { expect, test } from 'vitest';
import type { Driver } from './driver.ts';
import { exportLookup } from './export-lookup.ts';
import type { ExportContext } from './export-source.ts';

const context: ExportContext = { peer: '127.0.0.1:50312' };

/** A disk that notes on the list when it is closed. */
function disk(closed: string[], name: string): Driver {
  return {
    size: 0,
    read: () => undefined,
    close: async () => {
      closed.push(name);
    },
  };
}

test('each connection has a disk of its own, closed once, when it ends', async () => {
  const closed: string[] = [];
  const source = exportLookup({ open: (name, { peer }) => disk(closed, `${name} for ${peer}`) });
  const first = await source.open('a', context);
  const second = await source.open('a', { peer: 'unix' });
  expect(first?.driver).not.toBe(second?.driver);

  await first?.close();
  await first?.close();
  expect(closed).toEqual(['a for 127.0.0.1:50312']);
  await second?.close();
  expect(closed).toEqual(['a for 127.0.0.1:50312', 'a for unix']);
});

test('a name that is not found is unknown', async () => {
  const source = exportLookup({ open: () => undefined });
  expect(await source.open('a', context)).toBeUndefined();
});

test('a fault of the lookup is that of the opening', async () => {
  const source = exportLookup({ open: () => Promise.reject(new Error('the bucket is gone')) });
  await expect(source.open('a', context)).rejects.toThrow('the bucket is gone');
});

test('a disk without close can be let go', async () => {
  const source = exportLookup({ open: () => ({ size: 0, read: () => undefined }) });
  const opened = await source.open('', context);
  expect(opened?.name).toBe('');
  await expect(opened?.close()).resolves.toBeUndefined();
});

test('listing is refused unless there is a list', async () => {
  expect(exportLookup({ open: () => undefined })).not.toHaveProperty('list');

  const names = { list: () => [{ name: 'a' }], open: () => undefined };
  expect(await exportLookup(names).list?.(context)).toEqual([{ name: 'a' }]);
});

test('C-087 which exports are for TLS only is asked of the lookup, if it can tell', () => {
  expect(exportLookup({ open: () => undefined })).not.toHaveProperty('requiresTls');

  const sealed = {
    names: ['a'],
    open: () => undefined,
    requiresTls(name: string): boolean {
      return this.names.includes(name);
    },
  };
  const source = exportLookup(sealed);
  expect(['a', 'b'].map((name) => source.requiresTls?.(name))).toEqual([true, false]);
});
