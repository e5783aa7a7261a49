/** Opens a snapshot for reading: on any number of hosts at a time, for nothing of it changes and nobody owns it. */
import type { Driver } from '@nbd/driver';
import { adoptPacks } from './adopt-packs.ts';
import { DirtyChunks } from '../chunks/dirty-chunks.ts';
import type { ChunkMap } from '../map/chunk-map.ts';
import { ChunkPool } from '../chunks/chunk-pool.ts';
import { ChunkReader } from '../chunks/chunk-reader.ts';
import { countingOfSnapshot } from '../head/counting.ts';
import { snapshotOf } from '../head/edit-head.ts';
import type { Head, Snapshot } from '../head/head.ts';
import { readHeadOf } from '../head/head-chain.ts';
import { currentMap, readMap } from '../map/kept-map.ts';
import { countsAlike, loadBases, loadOwn, prefixesOf, untilSteady } from '../map/load-map.ts';
import { changedInBases, type LoadedPack, loadPacks } from '../map/load-packs.ts';
import { checkName, compareVersions } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { observedStore } from '../store/observed-store.ts';
import { VolumeError } from '../volume-error.ts';
import { type ReadOptions, readSettings } from './volume-options.ts';
import { VolumeReads } from './volume-reads.ts';

/**
 * Resolves to the volume as it was, as a disk that can only be read. The snapshot must be kept as long as it is open:
 * once it is deleted, reads fail. Rejects with a `VolumeError` when there is none of that name.
 */
export async function openSnapshot(
  store: ObjectStore,
  {
    volume,
    snapshot,
    ...options
  }: ReadOptions & { readonly volume: string; readonly snapshot: string },
): Promise<Driver> {
  checkName('volume', volume);
  checkName('snapshot', snapshot);
  const { cacheBytes, chunkStore, observer, surroundings } = readSettings(options);
  const watched = observedStore(store, observer, surroundings.clock);
  const { head, found, prefixes, map, loaded } = await untilSteady(watched, () =>
    findChunks(watched, volume, snapshot),
  );
  const { chunkBytes } = head;
  const pool = new ChunkPool(chunkBytes);
  const reader = new ChunkReader({
    store: watched,
    map,
    prefixes,
    pool,
    cacheBytes,
    chunkStore,
    observer,
  });
  const aheadMax = Math.floor(cacheBytes / 4 / chunkBytes);
  const packed = new DirtyChunks(map, pool, 0, observer);
  adoptPacks(packed, map, loaded);
  const reads = new VolumeReads({
    map,
    reader,
    dirty: packed,
    chunkBytes,
    aheadMax,
    observer,
  });
  return {
    size: found.size,
    readOnly: true,
    multiConn: true,
    fillsTarget: true,
    read: (target, offset) => reads.read(target, offset),
    cache: (offset, length) => reads.cache(offset, length),
    extents: (offset, length) => reads.extents(offset, length, found.size),
  };
}

/** Undefined: what was listed may have been changed meanwhile by an owner that has cleared away. */
async function findChunks(store: ObjectStore, volume: string, name: string) {
  const { head } = await readHeadOf(store, volume);
  const found = snapshotOf(store, volume, head, name);
  const prefixes = prefixesOf(volume, head);
  const loaded = await loadPacksOf(store, volume, head, found);
  const restored = await restoreMap(store, head, found, prefixes);
  if (restored !== undefined) return { head, found, prefixes, map: restored, loaded };
  const map = await loadBases(store, head.bases);
  const counting = countingOfSnapshot(head, found);
  await loadOwn(store, map, volume, head, counting, changedInBases(loaded));
  const now = await checkThere(store, volume, found);
  return countsAlike(head, now, found) ? { head, found, prefixes, map, loaded } : undefined;
}

async function loadPacksOf(
  store: ObjectStore,
  volume: string,
  head: Head,
  snapshot: Snapshot,
): Promise<readonly LoadedPack[]> {
  try {
    return await loadPacks(store, volume, head, snapshot.packs);
  } catch (error) {
    await checkThere(store, volume, snapshot);
    throw error;
  }
}

/** What is missing of a snapshot that has gone, or goes with its volume, would read as zeroes. Resolves to the head. */
async function checkThere(
  store: ObjectStore,
  volume: string,
  { id, name }: Snapshot,
): Promise<Head> {
  const { head: now } = await readHeadOf(store, volume);
  if (!now.isLeaving && now.snapshots.some((each) => each.id === id)) return now;
  throw new VolumeError('missing', `${store.name}: ${volume}@${name} was deleted meanwhile`);
}

/**
 * The map that the volume was left with, which is that of the snapshot if both are of the same commit: what is on it
 * stays as long as the snapshot does. Undefined: they are not, or it cannot be read.
 */
async function restoreMap(
  store: ObjectStore,
  head: Head,
  snapshot: Snapshot,
  prefixes: readonly string[],
): Promise<ChunkMap | undefined> {
  const kept = currentMap(head);
  if (kept === undefined || compareVersions(kept, snapshot) !== 0) return undefined;
  const counting = countingOfSnapshot(head, snapshot);
  return readMap(store, prefixes[0] ?? '', kept, counting, prefixes.length);
}
