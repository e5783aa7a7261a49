/**
 * The map of a volume as a few objects, which its owner leaves behind when it lets go of it, so that the next one need
 * not list the chunks. The head names them and the watermark that they are of.
 *
 * A part is a row of records, each of them a version of a chunk; numbers begin with their low byte.
 *
 * | at | size | field                                     |
 * | -- | ---- | ----------------------------------------- |
 * | 0  | 4    | the chunk                                 |
 * | 4  | 4    | the generation                            |
 * | 8  | 6    | the sequence                              |
 * | 14 | 1    | the layer: 0 of the volume itself         |
 * | 15 | 1    | 1 if the chunk is all zeroes, otherwise 0 |
 */
import { crc32 } from 'node:zlib';
import { ChunkMap, type MapEntry } from './chunk-map.ts';
import type { Counting } from '../head/counting.ts';
import { CHUNKS_MAX } from '../head/chunk-limits.ts';
import type { Head, KeptMap, Watermark } from '../head/head.ts';
import { mapKey } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { Slots } from '../store/slots.ts';
import { StoreError } from '../store/store-error.ts';

const RECORD_BYTES = 16;
/** 2 MiB: one request that ends in time on a slow link too. */
const PART_RECORDS = 2 ** 17;
/** As many as there can be: a head that says more is not believed. */
const PARTS_MAX = CHUNKS_MAX / PART_RECORDS;
/** Parts that are read or written at a time. */
const PARTS_AT_A_TIME = 8;

/** The map that counts for whoever claims the volume from `head`: nobody has owned it since that map was made. */
export function currentMap({
  map,
  owner,
  generation,
  durable,
  isLittered,
}: Head): KeptMap | undefined {
  const isCurrent = map?.generation === generation && map.sequence === durable;
  return isCurrent && owner === undefined && !isLittered ? map : undefined;
}

/** What was put, and which generations of the volume's own chunks are on it. */
export interface PutMap {
  readonly kept: KeptMap;
  readonly generations: ReadonlySet<number>;
}

/**
 * Puts the map, which must be that of `watermark` and not change meanwhile, beside the chunks at `prefix`. Rejects with
 * a `StoreError`.
 */
export async function putMap(
  store: ObjectStore,
  map: ChunkMap,
  prefix: string,
  watermark: Watermark,
): Promise<PutMap> {
  const generations = new Set<number>();
  const slots = new Slots(PARTS_AT_A_TIME);
  const puts: Promise<void>[] = [];
  let versions = 0;
  let hasFailed = false;
  const putPart = async (key: string, part: Uint8Array): Promise<void> => {
    // Without one of them the others are of no use.
    if (hasFailed) return;
    try {
      await store.put(key, [part], { crc32: crc32(part) });
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  for (const part of partsOf(map, generations)) {
    versions += part.length / RECORD_BYTES;
    const key = mapKey(prefix, watermark, puts.length);
    puts.push(slots.run(() => putPart(key, part)));
  }
  // Nothing is under way any more when this is over: the store may be closed then.
  for (const put of await Promise.allSettled(puts)) {
    if (put.status === 'rejected') throw put.reason;
  }
  const { generation, sequence } = watermark;
  return { kept: { generation, sequence, parts: puts.length, versions }, generations };
}

/**
 * The map that the head names. Undefined: it is not there as it was put, and the chunks have to be listed. `layers` are
 * those that the volume has, its own included; `counting` says what counts of its own.
 */
export async function readMap(
  store: ObjectStore,
  prefix: string,
  kept: KeptMap,
  counting: Counting,
  layers: number,
): Promise<ChunkMap | undefined> {
  if (kept.parts > PARTS_MAX) return undefined;
  const map = new ChunkMap();
  const slots = new Slots(PARTS_AT_A_TIME);
  const numbers = Array.from({ length: kept.parts }, (_, part) => part);
  const counts = await Promise.all(
    numbers.map((part) =>
      slots.run(async () => {
        const bytes = await readPart(store, mapKey(prefix, kept, part));
        return bytes === undefined ? undefined : addPart(map, bytes, counting, layers);
      }),
    ),
  );
  let versions = 0;
  for (const count of counts) {
    if (count === undefined) return undefined;
    versions += count;
  }
  return versions === kept.versions ? map : undefined;
}

/** The keys of all its objects. */
export function mapKeys(prefix: string, kept: KeptMap): readonly string[] {
  return Array.from({ length: kept.parts }, (_, part) => mapKey(prefix, kept, part));
}

function* partsOf(map: ChunkMap, generations: Set<number>): Generator<Uint8Array> {
  let view = new DataView(new ArrayBuffer(PART_RECORDS * RECORD_BYTES));
  let at = 0;
  for (let chunk = map.next(0, CHUNKS_MAX); chunk < CHUNKS_MAX; ) {
    const entry = map.find(chunk);
    if (entry !== undefined) {
      if (entry.layer === 0) generations.add(entry.generation);
      encode(view, at, chunk, entry);
      at += RECORD_BYTES;
    }
    if (at === view.byteLength) {
      yield new Uint8Array(view.buffer, 0, at);
      view = new DataView(new ArrayBuffer(PART_RECORDS * RECORD_BYTES));
      at = 0;
    }
    chunk = map.next(chunk + 1, CHUNKS_MAX);
  }
  if (at > 0) yield new Uint8Array(view.buffer, 0, at);
}

function encode(view: DataView, at: number, chunk: number, entry: MapEntry): void {
  view.setUint32(at, chunk, true);
  view.setUint32(at + 4, entry.generation, true);
  view.setUint32(at + 8, entry.sequence % 2 ** 32, true);
  view.setUint16(at + 12, Math.floor(entry.sequence / 2 ** 32), true);
  view.setUint8(at + 14, entry.layer);
  view.setUint8(at + 15, entry.isEmpty ? 1 : 0);
}

/** Undefined: it is gone, or not what was put. */
async function readPart(store: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  try {
    const found = await store.get(key);
    const isWhole = found !== undefined && found.crc32 === crc32(found.bytes);
    return isWhole && found.bytes.length % RECORD_BYTES === 0 ? found.bytes : undefined;
  } catch (error) {
    // Whoever lists the chunks instead is told what is wrong with the store.
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

/** Answers how many versions there are in it. Undefined: one of them does not count. */
function addPart(
  map: ChunkMap,
  bytes: Uint8Array,
  counting: Counting,
  layers: number,
): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
    const entry = {
      generation: view.getUint32(at + 4, true),
      sequence: view.getUint32(at + 8, true) + view.getUint16(at + 12, true) * 2 ** 32,
      layer: view.getUint8(at + 14),
      isEmpty: view.getUint8(at + 15) === 1,
    };
    if (entry.layer >= layers || (entry.layer === 0 && !counting.counts(entry))) return undefined;
    map.set(view.getUint32(at, true), entry);
  }
  return bytes.length / RECORD_BYTES;
}
