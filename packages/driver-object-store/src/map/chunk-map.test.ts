import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkMap, type MapEntry } from './chunk-map.ts';

const chunk = fc.oneof(fc.nat(3000), fc.integer({ min: 2 ** 32 - 3000, max: 2 ** 32 - 1 }));
const entry: fc.Arbitrary<MapEntry> = fc.record({
  generation: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  sequence: fc.integer({ min: 1, max: 2 ** 48 - 1 }),
  layer: fc.nat(253),
  isEmpty: fc.boolean(),
});
const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), chunk, entry }),
  fc.record({ kind: fc.constant('delete' as const), chunk }),
  fc.record({ kind: fc.constant('dirty' as const), chunk, dirty: fc.boolean() }),
);

test('a map holds the entry and the mark of each chunk, and finds the next that has one', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), chunk, (steps, start) => {
      const map = new ChunkMap();
      const entries = new Map<number, MapEntry>();
      const dirty = new Set<number>();
      for (const each of steps) {
        if (each.kind === 'set') {
          map.set(each.chunk, each.entry);
          entries.set(each.chunk, each.entry);
        } else if (each.kind === 'delete') {
          map.delete(each.chunk);
          entries.delete(each.chunk);
        } else {
          map.setDirty(each.chunk, each.dirty);
          if (each.dirty) dirty.add(each.chunk);
          else dirty.delete(each.chunk);
        }
      }
      for (const at of [...entries.keys(), ...dirty, start]) {
        expect(map.find(at)).toEqual(entries.get(at));
        expect(map.isDirty(at)).toBe(dirty.has(at));
        expect(map.hasData(at)).toBe(entries.get(at)?.isEmpty === false);
      }
      const known = [...entries.keys(), ...dirty].filter((at) => at >= start);
      expect(map.next(start, 2 ** 32)).toBe(Math.min(...known, 2 ** 32));
      expect(map.present).toBe([...entries.values()].filter(({ isEmpty }) => !isEmpty).length);
    }),
  );
});

test('a full tebibyte takes 12 bytes for each chunk, and a blank one nothing', () => {
  const chunks = 2 ** 40 / 2 ** 20;
  const map = new ChunkMap();
  expect(map.memory).toBe(0);
  for (let at = 0; at < chunks; at++) {
    map.set(at, { generation: 1, sequence: at + 1, layer: 0, isEmpty: false });
  }
  expect(map.memory).toBe(12 * chunks);
  expect(map.find(chunks - 1)?.sequence).toBe(chunks);
  for (let at = 0; at < chunks; at++) map.delete(at);
  expect(map.memory).toBe(0);
});
