import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkMap, type MapEntry } from './chunk-map.ts';
import { Counting } from '../head/counting.ts';
import { CHUNKS_MAX } from '../head/chunk-limits.ts';
import { mapKeys, putMap, readMap } from './kept-map.ts';
import { memoryStore, type StoreCall, type StoreFault } from '../testing/index.ts';

const PREFIX = 'v/c/id/';
const WATERMARK = { generation: 9, sequence: 2 ** 40 };
const LAYERS = 3;
const ALL = new Counting(
  Array.from({ length: 10 }, (_, generation) => ({ generation, sequence: 2 ** 48 })),
);

const chunk = fc.oneof(fc.nat(2000), fc.integer({ min: 0, max: CHUNKS_MAX - 1 }));
const entry: fc.Arbitrary<MapEntry> = fc.record({
  generation: fc.integer({ min: 1, max: 9 }),
  sequence: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 48 - 1 })),
  layer: fc.nat(LAYERS - 1),
  isEmpty: fc.boolean(),
});

function mapOf(entries: readonly (readonly [number, MapEntry])[]): ChunkMap {
  const map = new ChunkMap();
  for (const [at, version] of entries) map.set(at, version);
  return map;
}

test('a map comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(chunk, entry)), async (entries) => {
      const store = memoryStore();
      const map = mapOf(entries);
      map.setDirty(7, true); // is no version
      const { kept, generations } = await putMap(store, map, PREFIX, WATERMARK);
      const again = await readMap(store, PREFIX, kept, ALL, LAYERS);
      const expected = new Map(entries);
      for (const [at, version] of expected) expect(again?.find(at)).toEqual(version);
      expect(kept).toMatchObject({ ...WATERMARK, versions: expected.size });
      expect(again?.present).toBe(map.present);
      const own = [...expected.values()].filter(({ layer }) => layer === 0);
      expect(generations).toEqual(new Set(own.map(({ generation }) => generation)));
      expect([...store.objects.keys()]).toEqual(mapKeys(PREFIX, kept));
    }),
  );
}, 30_000);

test('a large map is in parts, and any of them that is lost or damaged makes it unreadable', async () => {
  const store = memoryStore();
  const map = new ChunkMap();
  for (let at = 0; at < 300_000; at++) {
    map.set(at, { generation: 1, sequence: at + 1, layer: 0, isEmpty: false });
  }
  const { kept } = await putMap(store, map, PREFIX, WATERMARK);
  expect(kept).toEqual({ ...WATERMARK, parts: 3, versions: 300_000 });
  const read = () => readMap(store, PREFIX, kept, ALL, LAYERS);
  expect((await read())?.present).toBe(300_000);
  for (const key of mapKeys(PREFIX, kept)) {
    const whole = store.objects.get(key);
    if (whole === undefined) throw new Error(`expected ${key}`);
    store.objects.delete(key);
    expect(await read()).toBeUndefined();
    const bytes = whole.bytes.slice();
    bytes[bytes.length >> 1] = 1 ^ (bytes[bytes.length >> 1] as number);
    store.objects.set(key, { ...whole, bytes });
    expect(await read()).toBeUndefined();
    store.objects.set(key, { ...whole, crc32: undefined });
    expect(await read()).toBeUndefined();
    store.objects.set(key, whole);
  }
  expect((await read())?.present).toBe(300_000);
}, 60_000);

test.each([
  ['is of a generation that does not count', { generation: 10, layer: 0 }],
  ['is of a base that the volume does not have', { generation: 1, layer: LAYERS }],
])('a map is not believed when a version %s', async (_, wrong) => {
  const store = memoryStore();
  const map = mapOf([[5, { sequence: 1, isEmpty: false, ...wrong }]]);
  const { kept } = await putMap(store, map, PREFIX, WATERMARK);
  expect(await readMap(store, PREFIX, kept, ALL, LAYERS)).toBeUndefined();
});

test('a store that fails is no reason to refuse the volume: it is listed instead', async () => {
  let isDown = false;
  const faults = () => (isDown ? ({ kind: 'refused', code: 'unreachable' } as const) : undefined);
  const store = memoryStore({ faults });
  const { kept } = await putMap(store, mapOf([]), PREFIX, WATERMARK);
  expect((await readMap(store, PREFIX, kept, ALL, LAYERS))?.present).toBe(0);
  const unlikely = { ...kept, parts: 2 ** 50 };
  expect(await readMap(store, PREFIX, unlikely, ALL, LAYERS)).toBeUndefined();
  isDown = true;
  expect(await readMap(store, PREFIX, { ...kept, parts: 1 }, ALL, LAYERS)).toBeUndefined();
});

test('a part that cannot be put ends the others: none begins after it, and none is under way at the end', async () => {
  const map = new ChunkMap();
  for (let at = 0; at < 10 * 2 ** 17; at++) {
    map.set(at, { generation: 1, sequence: 1, layer: 0, isEmpty: false });
  }
  const comes: (() => void)[] = [];
  const until = new Promise<void>((resolve) => comes.push(resolve));
  const faults = ({ key }: StoreCall): StoreFault =>
    key.endsWith('/0') ? { kind: 'refused', code: 'full' } : { kind: 'slow', until };
  const store = memoryStore({ faults });
  let outcome: unknown;
  const put = async () => {
    try {
      await putMap(store, map, PREFIX, WATERMARK);
    } catch (error) {
      outcome = error;
    }
  };
  const putting = put();
  await new Promise(setImmediate);
  expect(outcome).toBeUndefined();
  for (const come of comes) come();
  await putting;
  expect(outcome).toMatchObject({ code: 'full' });
  expect(store.calls).toHaveLength(8);
}, 60_000);
