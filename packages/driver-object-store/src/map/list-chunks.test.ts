import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ListedChunk, listChunks } from './list-chunks.ts';
import { chunkKey, type ChunkName } from '../store/object-names.ts';
import type { ListPage, ObjectStore } from '../store/object-store.ts';
import { memoryStore } from '../testing/index.ts';

const PREFIX = 'v/c/0123456789abcdef/';

/** A store of these objects, whose pages are as small, and as wrong, as one likes. */
async function stored(
  names: readonly ChunkName[],
  page: (page: ListPage) => ListPage,
  max = 1000,
): Promise<ObjectStore> {
  const store = memoryStore();
  for (const name of names) await store.put(chunkKey(PREFIX, name), []);
  return {
    ...store,
    list: async (prefix, options) => page(await store.list(prefix, { ...options, max })),
  };
}

async function listed(store: ObjectStore): Promise<readonly (readonly ListedChunk[])[]> {
  const taken: (readonly ListedChunk[])[] = [];
  await listChunks(store, PREFIX, (versions) => taken.push([...versions]));
  return taken;
}

const versions = fc.uniqueArray(
  fc.record({
    chunk: fc.nat(40),
    generation: fc.integer({ min: 1, max: 20 }),
    sequence: fc.integer({ min: 1, max: 20 }),
  }),
  { maxLength: 40, selector: (name) => chunkKey(PREFIX, name) },
);

test('all versions of a chunk come together, wherever pages end', async () => {
  await expect(
    fc.assert(
      fc.asyncProperty(versions, fc.integer({ min: 1, max: 5 }), async (names, max) => {
        const taken = await listed(await stored(names, (page) => page, max));
        const keys = taken.flat().map((name) => chunkKey(PREFIX, name));
        expect(keys.toSorted()).toEqual(names.map((name) => chunkKey(PREFIX, name)).toSorted());
        expect(new Set(taken.map(([first]) => first?.chunk)).size).toBe(taken.length);
      }),
    ),
  ).resolves.toBeUndefined();
});

const two = [1, 2].map((sequence) => ({ chunk: 0, generation: 1, sequence }));

test('a list that is not in order is refused, for versions would be missed', async () => {
  const store = await stored(two, ({ objects }) => ({
    objects: objects.toReversed(),
    isTruncated: false,
  }));
  await expect(listed(store)).rejects.toMatchObject({ code: 'invalid' });
});

test('an empty page that is not the last is refused, for chunks would read as zeroes', async () => {
  const store = await stored(two, () => ({ objects: [], isTruncated: true }));
  await expect(listed(store)).rejects.toMatchObject({ code: 'invalid' });
});
