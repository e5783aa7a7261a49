import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkKey, mapGeneration, mapKey, parseChunkKey } from './object-names.ts';

const PREFIX = 'v/c/0123456789abcdef/';

const generation = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const sequence = fc.integer({ min: 1, max: 2 ** 48 - 1 });

test('the name of a chunk is read as it was written, and is that of no map', () => {
  fc.assert(
    fc.property(
      fc.record({ chunk: fc.integer({ min: 0, max: 2 ** 32 - 1 }), generation, sequence }),
      (name) => {
        expect(parseChunkKey(PREFIX, chunkKey(PREFIX, name))).toEqual(name);
        expect(mapGeneration(PREFIX, chunkKey(PREFIX, name))).toBeUndefined();
      },
    ),
  );
});

test('the part of a map tells its generation, and is no chunk', () => {
  fc.assert(
    fc.property(fc.record({ generation, sequence }), fc.nat(70_000), (name, part) => {
      const key = mapKey(PREFIX, name, part);
      expect(mapGeneration(PREFIX, key)).toBe(name.generation);
      expect(parseChunkKey(PREFIX, key)).toBeUndefined();
      expect(key > chunkKey(PREFIX, { chunk: 2 ** 32 - 1, generation: 1, sequence: 1 })).toBe(true);
    }),
  );
});

test.each([
  '00/00000001/1-1', // the shard of another chunk
  '01/00000001/01-1',
  '01/00000001/1-0',
  '01/00000001/1-1a ',
  '01/00000001/1-1A',
  '01/1/1-1',
])('%s is no name of a chunk: each has one spelling', (name) => {
  expect(parseChunkKey(PREFIX, `${PREFIX}${name}`)).toBeUndefined();
});
