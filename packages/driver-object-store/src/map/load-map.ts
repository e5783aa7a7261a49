/** Builds the map of a volume from the lists of its objects, and finds what is not needed any more. */
import { ChunkMap, LAYERS_MAX } from './chunk-map.ts';
import { type Counting, countingOfSnapshot, isHeld } from '../head/counting.ts';
import type { Base, Head, Snapshot, Watermark } from '../head/head.ts';
import { neededPacks } from '../head/needed-packs.ts';
import { readHead } from '../head/head-chain.ts';
import { type ListedChunk, listChunks } from './list-chunks.ts';
import {
  type ChunkName,
  chunksPrefix,
  compareVersions,
  mapGeneration,
  parsePackKey,
  versionName,
} from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { StoreError } from '../store/store-error.ts';
import { VolumeError } from '../volume-error.ts';

/** Where the objects of the volume are, and those of its bases behind them: by the layer of a map's entry. */
export function prefixesOf(volume: string, head: Head): readonly string[] {
  return [
    chunksPrefix(volume, head.id),
    ...head.bases.map((base) => chunksPrefix(base.volume, base.id)),
  ];
}

/** How often a list is begun again for what its volume has dropped meanwhile: with each opening of that, at most. */
const LISTS_MAX = 8;

/** A map with the chunks of the bases. */
export async function loadBases(store: ObjectStore, bases: readonly Base[]): Promise<ChunkMap> {
  if (bases.length > LAYERS_MAX) {
    throw new VolumeError('damaged', `expected at most ${LAYERS_MAX} bases, found ${bases.length}`);
  }
  return untilSteady(store, async () => {
    const map = new ChunkMap();
    // The farthest first, so that nearer ones hide them.
    for (const [i, base] of [...bases.entries()].toReversed()) {
      const { head, snapshot } = await readBase(store, base);
      const counting = countingOfSnapshot(head, snapshot);
      await listChunks(store, chunksPrefix(base.volume, base.id), (versions) => {
        const newest = newestOf(versions.filter((each) => counting.counts(each)));
        if (newest !== undefined) put(map, newest, i + 1);
      });
      const now = await readBase(store, base);
      if (!countsAlike(head, now.head, snapshot)) return undefined;
    }
    return map;
  });
}

/**
 * Whether all generations that counted for the snapshot when its objects began to be listed still do. Then none of those
 * was deleted meanwhile that hide others: an empty version that is spent goes once its generation has been dropped, and
 * what it has hidden may be there yet, or come back.
 */
export function countsAlike(before: Head, now: Head, snapshot: Snapshot): boolean {
  const known = new Set([now.generation, ...now.sealed.map(({ generation }) => generation)]);
  const current = { generation: before.generation, sequence: before.durable };
  return [...before.sealed, current].every(
    ({ generation, sequence }) =>
      sequence === 0 || generation > snapshot.generation || known.has(generation),
  );
}

/** What `load` comes to, which is begun again as long as it comes to nothing. */
export async function untilSteady<Result>(
  store: ObjectStore,
  load: () => Promise<Result | undefined>,
): Promise<Result> {
  for (let lists = 0; lists < LISTS_MAX; lists++) {
    const found = await load();
    if (found !== undefined) return found;
  }
  throw new StoreError('unreachable', `${store.name}: a volume changes faster than it is listed`);
}

/** The head of a base, and the snapshot in it; rejects with a `VolumeError` when they are gone. */
export async function readBase(
  store: ObjectStore,
  base: Base,
): Promise<{ readonly head: Head; readonly snapshot: Snapshot }> {
  const seen = await readHead(store, base.volume);
  const snapshot = seen?.head.snapshots.find(({ id }) => id === base.snapshotId);
  if (seen?.head.id === base.id && snapshot !== undefined) return { head: seen.head, snapshot };
  throw new VolumeError(
    'damaged',
    `${store.name}: the volume stands on ${base.volume}@${base.snapshot}, which is gone`,
  );
}

/** What a listing of a volume's own objects has found besides the map. */
export interface Inventory {
  /** Objects of earlier generations that nobody needs: they never counted, or something newer does. */
  readonly garbage: readonly ChunkName[];
  /** Earlier generations whose versions that count do not matter: without them the volume reads the same. */
  readonly spent: ReadonlySet<number>;
  /** Versions of `spent` generations: empty ones, over nothing. */
  readonly spentVersions: readonly ChunkName[];
  /** Keys of what else owners before have left: maps, for whatever was on them was listed, and packs that nobody needs. */
  readonly formerKeys: readonly string[];
}

/**
 * Puts the volume's own chunks on the map, over those of its bases, and takes stock. `changedInBases`: chunks that
 * packs of bases change.
 */
export async function loadOwn(
  store: ObjectStore,
  map: ChunkMap,
  volume: string,
  head: Head,
  counting: Counting,
  changedInBases: ReadonlySet<number>,
): Promise<Inventory> {
  const garbage: ChunkName[] = [];
  const formerKeys: string[] = [];
  const prefix = chunksPrefix(volume, head.id);
  const empty: ChunkName[] = [];
  const cuts: readonly Watermark[] = head.snapshots;
  const packs = neededPacks(head);
  /** Generations with versions that are needed: they hold data, or hide what a base has, or what an older pack has. */
  const needed = new Set([...packs.values()].map(({ generation }) => generation));
  const take = (versions: readonly ListedChunk[]) => {
    const counted = inOrder(versions.filter((each) => counting.counts(each)));
    for (const [i, each] of counted.entries()) {
      const successor = counted[i + 1];
      if (successor !== undefined && !isHeld(cuts, each, successor)) {
        garbage.push(each);
      } else if (each.size === 0 && !map.has(each.chunk) && !changedInBases.has(each.chunk)) {
        empty.push(each);
      } else {
        needed.add(each.generation);
      }
    }
    for (const each of versions) {
      if (each.generation < head.generation && !counting.counts(each)) garbage.push(each);
    }
    const newest = counted.at(-1);
    if (newest !== undefined) put(map, newest, 0);
  };
  await listChunks(store, prefix, take, (key) => {
    const pack = parsePackKey(prefix, key);
    // Also if the head carries it: a snapshot may be about to name the object.
    if (pack !== undefined && packs.has(versionName(pack))) return;
    const generation = pack?.generation ?? mapGeneration(prefix, key);
    if (generation !== undefined && generation < head.generation) formerKeys.push(key);
  });
  const spent = spentGenerations(head, needed, empty);
  const spentVersions = empty.filter(({ generation }) => spent.has(generation));
  return { garbage, spent, spentVersions, formerKeys };
}

/**
 * An empty version may go only together with everything that it could hide: a request that was given up may still
 * bring back an object that was deleted. So those generations are spent that have nothing at all, and the oldest
 * ones up to where something is needed.
 */
function spentGenerations(
  head: Head,
  needed: ReadonlySet<number>,
  empty: readonly ChunkName[],
): ReadonlySet<number> {
  const hiding = new Set(empty.map(({ generation }) => generation));
  const oldestNeeded = Math.min(...needed, head.generation);
  return new Set(
    head.sealed
      .map(({ generation }) => generation)
      .filter(
        (generation) =>
          generation < oldestNeeded || !(needed.has(generation) || hiding.has(generation)),
      ),
  );
}

function newestOf(versions: readonly ListedChunk[]): ListedChunk | undefined {
  return inOrder(versions).at(-1);
}

/** The newest last. Most chunks have one version. */
function inOrder(versions: readonly ListedChunk[]): readonly ListedChunk[] {
  return versions.length > 1 ? versions.toSorted(compareVersions) : versions;
}

function put(
  map: ChunkMap,
  { chunk, generation, sequence, size }: ListedChunk,
  layer: number,
): void {
  map.set(chunk, { generation, sequence, layer, isEmpty: size === 0 });
}
