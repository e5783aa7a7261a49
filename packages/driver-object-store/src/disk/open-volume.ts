/** Opens a volume for reading and writing. */
import { type Driver, DriverError } from '@nbd/driver';
import { adoptPacks } from './adopt-packs.ts';
import type { ChunkMap } from '../map/chunk-map.ts';
import { ChunkPool } from '../chunks/chunk-pool.ts';
import { ChunkReader } from '../chunks/chunk-reader.ts';
import { type Claim, claimVolume } from './claim-volume.ts';
import { Cleaner } from '../chunks/cleaner.ts';
import { Commits } from '../head/commits.ts';
import { Counting } from '../head/counting.ts';
import { DirtyChunks } from '../chunks/dirty-chunks.ts';
import type { Head, KeptMap, Owner } from '../head/head.ts';
import { readHeadOf } from '../head/head-chain.ts';
import { mapKeys, readMap } from '../map/kept-map.ts';
import { loadBases, loadOwn, prefixesOf } from '../map/load-map.ts';
import { changedInBases, type LoadedPack, loadPacks } from '../map/load-packs.ts';
import { MapKeeper } from './map-keeper.ts';
import { checkName, type ChunkName } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { observedStore } from '../store/observed-store.ts';
import { Packs } from '../chunks/packs.ts';
import { probeConditions } from '../store/probe-conditions.ts';
import { Relief } from '../chunks/relief.ts';
import { Sequences } from '../chunks/sequences.ts';
import { drawName } from '../surroundings.ts';
import { Uploads } from '../chunks/uploads.ts';
import { volumeDriver } from './volume-driver.ts';
import { VolumeError } from '../volume-error.ts';
import { type OpenOptions, type OpenSettings, openSettings } from './volume-options.ts';
import { VolumeReads } from './volume-reads.ts';
import { VolumeWrites } from './volume-writes.ts';

/** Chunks that fit into the dirty memory at the least. */
const DIRTY_CHUNKS_MIN = 8;

/**
 * Resolves to the volume as a disk, once this host owns it: at once if nobody does; after its lease if the owner shows
 * no life. Rejects with a `VolumeError`: "missing"; "in-use", naming the owner; "deposed" if another host takes it over
 * meanwhile; "conditions" if the store is not safe; and with a `StoreError` if it cannot be asked.
 *
 * A flush, and a change with FUA, is answered when it is committed in the store. When another host takes the volume
 * over, every request fails with ESHUTDOWN from then on. `close` commits, and lets go of the volume; the store is the
 * caller's to close after it.
 */
export async function openVolume(
  store: ObjectStore,
  { volume, ...options }: OpenOptions & { readonly volume: string },
): Promise<Driver> {
  const settings = openSettings(options);
  const { surroundings, observer } = settings;
  checkName('volume', volume);
  const watched = observedStore(store, observer, surroundings.clock);
  if (settings.probe) await probeConditions(watched, surroundings);
  const owner: Owner = {
    id: drawName(surroundings.random),
    address: settings.address,
    since: surroundings.clock.date(),
    lease: settings.lease,
  };
  const claim = await claimVolume(watched, {
    volume,
    owner,
    takeOver: settings.takeOver,
    surroundings,
  });
  return assemble(watched, volume, settings, owner, claim);
}

async function assemble(
  store: ObjectStore,
  volume: string,
  settings: OpenSettings,
  owner: Owner,
  { chain, head, ownedSince, kept }: Claim,
): Promise<Driver> {
  const { observer } = settings;
  const { clock } = settings.surroundings;
  const { chunkBytes, generation } = head;
  const prefixes = prefixesOf(volume, head);
  const prefix = prefixes[0] ?? '';
  let map: ChunkMap;
  let loaded: readonly LoadedPack[];
  const cleaner = new Cleaner(store, prefix, clock);
  const sequences = new Sequences();
  let packs: Packs | undefined;
  // From here on the lease is kept, for a long list takes longer than it.
  const commits = new Commits({
    chain,
    generation,
    owner,
    clock,
    ownedSince,
    watermark: () => sequences.watermark(),
    packs: (durable) => packs?.named(durable) ?? head.packs,
    committed: (committed) => {
      cleaner.committed(committed);
      packs?.committed(committed);
    },
    observer,
  });
  try {
    loaded = await loadOurPacks(store, volume, head);
    map =
      (await restoreMap(store, head, prefixes, kept, cleaner)) ??
      (await listMap(store, volume, head, changedInBases(loaded), cleaner, commits));
    await commits.confirm();
  } catch (error) {
    commits.abandon();
    // Nobody has a disk yet that could fail: what was wrong with the store or the volume is told as it is.
    throw error instanceof DriverError ? (error.cause ?? error) : error;
  }

  const dirtyBytesMax = Math.max(settings.dirtyBytesMax, DIRTY_CHUNKS_MIN * chunkBytes);
  const pool = new ChunkPool(chunkBytes);
  const dirty = new DirtyChunks(map, pool, dirtyBytesMax, observer);
  const { cacheBytes, chunkStore } = settings;
  const reader = new ChunkReader({
    store,
    map,
    prefixes,
    pool,
    cacheBytes,
    chunkStore,
    observer,
  });
  packs = new Packs({
    store,
    dirty,
    sequences,
    prefix,
    generation,
    chunkBytes,
    bytesMax: settings.packedBytesMax,
    carriedBytesMax: settings.carriedBytesMax,
    packsMax: settings.packsMax,
    observer,
    unneeded: (keys) => cleaner.addKeys(keys),
  });
  for (const pack of adoptPacks(dirty, map, loaded)) packs.adopt(pack);
  const uploads = new Uploads({
    store,
    map,
    dirty,
    reader,
    packs,
    sequences,
    prefix,
    generation,
    concurrency: settings.uploadsMax,
    observer,
    superseded: (chunk, version, successor) => cleaner.supersede(chunk, version, successor),
  });
  const relief = new Relief({
    dirty,
    packs,
    uploads,
    reader,
    earlyBytes: dirtyBytesMax / 2,
    isOwned: () => commits.isOwned(),
  });
  const mapKeeper = new MapKeeper({
    store,
    map,
    prefix,
    generation,
    sequences,
    cleaner,
    chunksMin: settings.mapChunksMin,
  });
  const aheadMax = Math.floor(cacheBytes / 4 / chunkBytes);
  const reads = new VolumeReads({ map, reader, dirty, chunkBytes, aheadMax, observer });
  const { size } = head;
  const writes = new VolumeWrites({
    map,
    dirty,
    sequences,
    packs,
    uploads,
    relief,
    commits,
    cleaner,
    mapKeeper,
    chunkBytes,
    size,
    clock,
    observer,
  });
  return volumeDriver(reads, writes, commits);
}

async function loadOurPacks(
  store: ObjectStore,
  volume: string,
  head: Head,
): Promise<readonly LoadedPack[]> {
  try {
    return await loadPacks(store, volume, head, head.packs);
  } catch (error) {
    // Whoever has taken the volume over meanwhile may have deleted what we looked for.
    await checkOurs(store, volume, head);
    throw error;
  }
}

/** The map as the last owner has left it; undefined: it did not, or it cannot be read. */
async function restoreMap(
  store: ObjectStore,
  head: Head,
  prefixes: readonly string[],
  kept: KeptMap | undefined,
  cleaner: Cleaner,
): Promise<ChunkMap | undefined> {
  if (kept === undefined) return undefined;
  const prefix = prefixes[0] ?? '';
  const map = await readMap(store, prefix, kept, new Counting(head.sealed), prefixes.length);
  if (map !== undefined) cleaner.addKeys(mapKeys(prefix, kept));
  return map;
}

/** The map from the chunks that there are; what nobody needs of them is deleted. */
async function listMap(
  store: ObjectStore,
  volume: string,
  head: Head,
  inBases: ReadonlySet<number>,
  cleaner: Cleaner,
  commits: Commits,
): Promise<ChunkMap> {
  const map = await loadBases(store, head.bases);
  const inventory = await loadOwn(store, map, volume, head, new Counting(head.sealed), inBases);
  if (inventory.spent.size > 0) {
    await commits.publish((before) => withoutGenerations(before, inventory.spent));
    for (const version of inventory.spentVersions) forget(map, version);
  } else if (head.sealed.length > 0) {
    await checkOurs(store, volume, head);
  }
  cleaner.add(inventory.garbage);
  cleaner.addKeys(inventory.formerKeys);
  cleaner.add(inventory.spentVersions);
  return map;
}

/** Whoever took the volume over while it was listed may have deleted what the list has missed: it would read as zeroes. */
async function checkOurs(store: ObjectStore, volume: string, head: Head): Promise<void> {
  const { head: now } = await readHeadOf(store, volume);
  if (now.id === head.id && now.generation === head.generation) return;
  throw new VolumeError('deposed', `${store.name}: ${volume} was taken over while it was opened`);
}

function withoutGenerations(head: Head, generations: ReadonlySet<number>): Head {
  return {
    ...head,
    sealed: head.sealed.filter(({ generation }) => !generations.has(generation)),
  };
}

/** An empty version that counts no more. A newer one over it does, and hides what may yet come back. */
function forget(map: ChunkMap, { chunk, ...version }: ChunkName): void {
  if (map.holds(chunk, { ...version, layer: 0, isEmpty: true })) map.delete(chunk);
}
