import { type Driver, exportTable } from '@nbd/driver';
import { expect, test } from 'vitest';
import { type ExportPlan, ReloadableExports } from './reloadable-exports.ts';
import type { ServedExports } from './served-exports.ts';

const CLIENT = { peer: 'unix' };

/** A disk that is told by its size. */
function disk(size: number): Driver {
  return { size, read: () => undefined };
}

function diskPlan(name: string, size: number): ExportPlan {
  return { what: `${size}`, isFolder: false, make: () => exportTable([[name, disk(size)]]) };
}

/** A folder of files under `prefix`, each by its size. */
function folderPlan(
  prefix: string,
  files: Readonly<Record<string, number>>,
  events: string[] = [],
): ExportPlan {
  const source: ServedExports = {
    list: async () => Object.keys(files).map((name) => ({ name: prefix + name })),
    async open(name) {
      const size = name.startsWith(prefix) ? files[name.slice(prefix.length)] : undefined;
      if (size === undefined) return undefined;
      return { name, driver: disk(size), close: () => void events.push(`left ${name}`) };
    },
    requiresTls: () => prefix === 'sealed/',
    openAll: async () => void events.push(`opened ${prefix}`),
    close: async () => void events.push(`closed ${prefix}`),
  };
  return { what: `folder ${prefix}`, isFolder: true, make: () => source };
}

async function serving(
  plans: Readonly<Record<string, ExportPlan>>,
  listFailed: (name: string, error: unknown) => void = () => undefined,
): Promise<ReloadableExports> {
  const exports = new ReloadableExports({ closeFailed: () => undefined, listFailed });
  await exports.replace(new Map(Object.entries(plans)));
  return exports;
}

async function sizesOf(
  exports: ReloadableExports,
  ...names: readonly string[]
): Promise<readonly (number | undefined)[]> {
  return Promise.all(names.map(async (name) => (await exports.open(name, CLIENT))?.driver.size));
}

test('files of a folder are under its name, those of the folder without a name under their own', async () => {
  const exports = await serving({
    '': folderPlan('', { a: 1, b: 2 }),
    isos: folderPlan('isos/', { a: 3 }),
    'isos/old': folderPlan('isos/old/', { a: 4 }),
  });
  const names = ['a', 'b', 'isos/a', 'isos/old/a'];
  expect(await sizesOf(exports, ...names)).toEqual([1, 2, 3, 4]);
  expect(Array.from(await exports.list(), ({ name }) => name)).toEqual(names);
  const absent = ['', 'c', 'isos', 'isos/', '/a', 'isos//a', 'isos/b', 'other/a', 'isos/old'];
  expect(await sizesOf(exports, ...absent)).toEqual(absent.map(() => undefined));
});

test('an export of its own hides a file of that name, and is the default export', async () => {
  const exports = await serving({
    '': folderPlan('', { a: 1, b: 2 }),
    isos: folderPlan('isos/', { a: 3, b: 4 }),
    'isos/a': diskPlan('isos/a', 5),
    b: diskPlan('b', 6),
  });
  expect(await sizesOf(exports, 'a', 'b', 'isos/a', 'isos/b', '')).toEqual([1, 6, 5, 4, 5]);
  const names = Array.from(await exports.list(), ({ name }) => name);
  expect(names).toEqual(['a', 'isos/b', 'isos/a', 'b']);
});

test('C-087 each name in a folder for TLS is for TLS, also where there is no file', async () => {
  const exports = await serving({
    sealed: folderPlan('sealed/', { a: 1 }),
    open: folderPlan('open/', { a: 1 }),
    b: diskPlan('b', 2),
  });
  const names = ['sealed/a', 'sealed/none', 'open/a', 'sealed', 'b', ''];
  expect(names.filter((name) => exports.requiresTls(name))).toEqual(['sealed/a', 'sealed/none']);
});

test('a folder that goes is closed when the last client has left it', async () => {
  const events: string[] = [];
  const exports = await serving({ isos: folderPlan('isos/', { a: 1, b: 2 }, events) });
  const one = await exports.open('isos/a', CLIENT);
  await exports.open('isos/none', CLIENT);
  const other = await exports.open('isos/b', CLIENT);
  await exports.replace(new Map([['disk', diskPlan('disk', 1)]]));
  expect(await exports.open('isos/a', CLIENT)).toBeUndefined();
  await one?.close();
  await other?.close();
  await exports.close();
  expect(events).toEqual(['opened isos/', 'left isos/a', 'left isos/b', 'closed isos/']);
});

test('a folder that cannot be listed is told of, and hides no other export', async () => {
  const gone = new Error('it is gone');
  const broken = folderPlan('gone/', {});
  const told: unknown[] = [];
  const exports = await serving(
    {
      a: diskPlan('a', 1),
      gone: {
        ...broken,
        make: () => ({ ...broken.make(), list: () => Promise.reject(gone) }),
      },
      isos: folderPlan('isos/', { b: 2 }),
    },
    (...failure) => void told.push(failure),
  );
  expect(Array.from(await exports.list(), ({ name }) => name)).toEqual(['a', 'isos/b']);
  expect(told).toEqual([['gone', gone]]);
});
