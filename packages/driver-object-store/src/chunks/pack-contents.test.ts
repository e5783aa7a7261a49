import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePack } from '../map/pack.ts';
import { ChunkPool } from './chunk-pool.ts';
import type { DirtyChunk, Pack } from './dirty-chunks.ts';
import { DirtyLayer } from './dirty-layer.ts';
import { carriedPlaces } from './pack-contents.ts';

const CHUNK = 4096;
const places = fc.array(fc.record({ from: fc.nat(40), length: fc.integer({ min: 1, max: 20 }) }), {
  maxLength: 30,
});

test('each place that packs have changed is told once, ascending, and none that they have not', () => {
  fc.assert(
    fc.property(fc.array(places, { maxLength: 4 }), (bodies) => {
      const dirty = { chunk: 3, packed: DirtyLayer.zeroes(new ChunkPool(CHUNK)) } as DirtyChunk;
      const packs = bodies.map((changes, sequence): Pack => {
        const all = changes.map((each) => ({ chunk: 3, ...each, bytes: undefined }));
        const counted = { generation: 1, sequence, body: encodePack(all) };
        return { counted, memory: 0, chunks: new Set([dirty]), replaced: 0 };
      });
      const changed = new Set<number>();
      for (const { from, length } of bodies.flat()) {
        for (let at = from; at < from + length; at++) changed.add(at);
      }
      const told: number[] = [];
      let end = -1;
      for (const { from, to } of carriedPlaces(packs, CHUNK).get(dirty) ?? []) {
        expect(from).toBeGreaterThan(end);
        end = to;
        for (let at = from; at < to; at++) told.push(at);
      }
      expect(told).toEqual([...changed].toSorted((one, other) => one - other));
    }),
  );
});
