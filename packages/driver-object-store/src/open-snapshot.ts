/** Opens a snapshot for reading: on any number of hosts at a time, for nothing of it changes and nobody owns it. */
import type { Driver } from '@nbd/driver';
import { ChunkMap } from './chunk-map.ts';
import { ChunkReader } from './chunk-reader.ts';
import { countingOfSnapshot } from './counting.ts';
import { snapshotOf } from './edit-head.ts';
import { readHeadOf } from './head-chain.ts';
import { loadBases, loadOwn, prefixesOf } from './load-map.ts';
import { checkName } from './object-names.ts';
import type { ObjectStore } from './object-store.ts';
import { observedStore } from './observed-store.ts';
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
  const { head } = await readHeadOf(watched, volume);
  const found = snapshotOf(watched, volume, head, snapshot);
  const map = new ChunkMap();
  await loadBases(watched, map, head.bases);
  await loadOwn(watched, map, volume, head, countingOfSnapshot(head, found));
  const { chunkBytes } = head;
  const reader = new ChunkReader({
    store: watched,
    map,
    prefixes: prefixesOf(volume, head),
    chunkBytes,
    cacheBytes,
    chunkStore,
    observer,
  });
  const aheadMax = Math.floor(cacheBytes / 4 / chunkBytes);
  const reads = new VolumeReads({
    map,
    reader,
    dirty: undefined,
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
