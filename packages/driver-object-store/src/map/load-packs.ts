/** Reads the packs that count for a volume, or for a snapshot of it, and tells what of them is newer than the map. */
import { crc32 } from 'node:zlib';
import type { CountedPack } from '../head/counted-packs.ts';
import type { Head } from '../head/head.ts';
import { compareVersions, packKey } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { Slots } from '../store/slots.ts';
import { VolumeError } from '../volume-error.ts';
import type { ChunkMap } from './chunk-map.ts';
import { prefixesOf, readBase } from './load-map.ts';
import { type Change, decodePack } from './pack.ts';

/** Packs that are read at a time. */
const PACKS_AT_A_TIME = 8;

export interface LoadedPack {
  /** 0: of the volume itself; 1: of its nearest base, and so on. */
  readonly layer: number;
  readonly pack: CountedPack;
  readonly changes: readonly Change[];
}

/**
 * The packs of the bases, and those of the volume itself that `own` names, in the order in which they were made.
 * Rejects with a `VolumeError` "damaged" if one of them is not as it was put.
 */
export async function loadPacks(
  store: ObjectStore,
  volume: string,
  head: Head,
  own: readonly CountedPack[],
): Promise<readonly LoadedPack[]> {
  const bases = await Promise.all(head.bases.map((base) => readBase(store, base)));
  const layers = [own, ...bases.map(({ snapshot }) => snapshot.packs)];
  const prefixes = prefixesOf(volume, head);
  const slots = new Slots(PACKS_AT_A_TIME);
  const loads = layers
    .map((packs, layer) =>
      packs.map((pack) =>
        slots.run(async (): Promise<LoadedPack> => {
          const changes = await readPack(store, prefixes[layer] ?? '', pack, head.chunkBytes);
          return { layer, pack, changes };
        }),
      ),
    )
    // What a farther layer has is older than all that a nearer one has.
    .toReversed()
    .flat();
  const settled = await Promise.allSettled(loads);
  return settled.map((load) => {
    if (load.status === 'rejected') throw load.reason;
    return load.value;
  });
}

/** All that is in one. Rejects with a `VolumeError` "damaged" if it is not as it was put. */
export async function readPack(
  store: ObjectStore,
  prefix: string,
  pack: CountedPack,
  chunkBytes: number,
): Promise<readonly Change[]> {
  const key = packKey(prefix, pack);
  const where = `${store.name}/${key}`;
  if (pack.body !== undefined) return decodePack(pack.body, chunkBytes, where);
  const found = await store.get(key);
  if (found === undefined) throw new VolumeError('damaged', `${where}: the object is not there`);
  const sum = crc32(found.bytes);
  if (found.crc32 !== undefined && found.crc32 !== sum) {
    throw new VolumeError(
      'damaged',
      `${where}: expected a checksum of ${found.crc32}, found ${sum}`,
    );
  }
  return decodePack(found.bytes, chunkBytes, where);
}

/** Which chunks the packs of bases change. */
export function changedInBases(packs: readonly LoadedPack[]): ReadonlySet<number> {
  const chunks = packs
    .filter(({ layer }) => layer > 0)
    .flatMap(({ changes }) => changes.map(({ chunk }) => chunk));
  return new Set(chunks);
}

/** The changes that the volume shows: those of chunks that have nothing newer on the map. */
export function shownChanges(
  { layer, pack, changes }: LoadedPack,
  map: ChunkMap,
): readonly Change[] {
  return changes.filter(({ chunk }) => {
    const entry = map.find(chunk);
    if (entry === undefined || entry.layer > layer) return true;
    return entry.layer === layer && compareVersions(pack, entry) > 0;
  });
}
