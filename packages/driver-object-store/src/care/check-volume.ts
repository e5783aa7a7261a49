/**
 * Reads every object that a volume needs and compares it with its checksum. The volume may be in use meanwhile: an
 * object that its owner has replaced and deleted since it was listed is looked for again before it counts as lost.
 */
import type { DriverError } from '@nbd/driver';
import { checkChunk } from '../chunks/chunk-reader.ts';
import { type Counting, countingOf, countingOfSnapshot, isHeld } from '../head/counting.ts';
import type { Head, Snapshot } from '../head/head.ts';
import { readHeadOf } from '../head/head-chain.ts';
import { type ListedChunk, listChunks, pagesOf } from '../map/list-chunks.ts';
import {
  allChunksPrefix,
  checkName,
  chunkKey,
  chunksPrefix,
  compareVersions,
  mapGeneration,
  parseChunkKey,
  parsePackKey,
  versionName,
} from '../store/object-names.ts';
import { NamedChunks } from '../map/named-chunks.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { StoreError } from '../store/store-error.ts';
import { VolumeError } from '../volume-error.ts';
import { checkPacks } from './check-packs.ts';
import type { Damage } from './damage.ts';
import { neededPacks } from '../head/needed-packs.ts';
import { checkedCount } from '../disk/volume-options.ts';
import { withEach } from './with-each.ts';

export interface CheckProgress {
  /** Objects that were looked at. */
  readonly checked: number;
  /** Objects to be looked at. */
  readonly total: number;
  /** Bytes that were read. */
  readonly bytes: number;
}

export interface CheckOptions {
  readonly volume: string;
  /** Told after each object. */
  readonly onProgress?: (progress: CheckProgress) => void;
  /** Objects that are read at a time: 8. */
  readonly concurrency?: number;
}

export interface CheckReport extends CheckProgress {
  readonly damaged: readonly Damage[];
  /** Keys that belong to nothing: never committed, superseded, or of a volume that had the name before. */
  readonly orphans: readonly string[];
}

const NOT_THERE = 'the object is not there';

/** An object that is needed. */
interface Needed {
  /** Undefined: it is of a base, and needed as long as the clone is there. */
  readonly volume: string | undefined;
  readonly prefix: string;
  readonly listed: ListedChunk;
}

/** Objects of bases that a clone needs are checked with it. Rejects with a `VolumeError` or a `StoreError`. */
export async function checkVolume(store: ObjectStore, options: CheckOptions): Promise<CheckReport> {
  const { volume, onProgress = () => {} } = options;
  checkName('volume', volume);
  const concurrency = checkedCount('concurrency', options.concurrency ?? 8, 1);
  const { head } = await readHeadOf(store, volume);
  const named = await NamedChunks.read(store, volume, head);
  const needed: Needed[] = [];
  const orphans: string[] = [];
  const own = chunksPrefix(volume, head.id);
  const take = (versions: readonly ListedChunk[]) => {
    const kept = keptOf(versions, countingOf(head), head);
    for (const listed of kept) {
      named.seen(0, listed);
      needed.push({ volume, prefix: own, listed });
    }
    for (const each of versions) {
      if (!kept.includes(each) && each.generation < head.generation)
        orphans.push(chunkKey(own, each));
    }
  };
  const packNames = neededPacks(head);
  await listChunks(store, own, take, (key) => {
    const pack = parsePackKey(own, key);
    if (pack !== undefined && packNames.has(versionName(pack))) return;
    const generation = pack?.generation ?? mapGeneration(own, key);
    if (generation === undefined || generation < head.generation) orphans.push(key);
  });
  await addForeign(store, volume, own, orphans);
  const snapshots: Snapshot[] = [];
  let packs = packNames.size;
  for (const [i, base] of head.bases.entries()) {
    const seen = await readHeadOf(store, base.volume);
    const snapshot = seen.head.snapshots.find(({ id }) => id === base.snapshotId);
    if (snapshot === undefined) {
      throw new VolumeError('damaged', `${store.name}: ${base.volume}@${base.snapshot} is gone`);
    }
    snapshots.push(snapshot);
    packs += snapshot.packs.length;
    const prefix = chunksPrefix(base.volume, base.id);
    const counting = countingOfSnapshot(seen.head, snapshot);
    await listChunks(store, prefix, (versions) => {
      const kept = keptOf(versions, counting, { snapshots: [] });
      for (const listed of kept) {
        named.seen(i + 1, listed);
        needed.push({ volume: undefined, prefix, listed });
      }
    });
  }

  const damaged: Damage[] = (await named.lost()).map((key) => ({ key, reason: NOT_THERE }));
  let [checked, bytes] = [0, 0];
  const total = needed.length + packs;
  const looked = (more: number): void => {
    checked += 1;
    bytes += more;
    onProgress({ checked, total, bytes });
  };
  damaged.push(...(await checkPacks(store, volume, head, snapshots, concurrency, looked)));
  await withEach(needed, concurrency, async (each) => {
    const reason = await faultOf(store, each, head.chunkBytes);
    if (reason !== undefined) damaged.push({ key: keyOf(each), reason });
    looked(each.listed.size);
  });
  return { checked, total, bytes, damaged, orphans };
}

/** Versions of one chunk that are needed: the newest, and those that a snapshot holds. */
function keptOf(
  versions: readonly ListedChunk[],
  counting: Counting,
  { snapshots }: Pick<Head, 'snapshots'>,
): readonly ListedChunk[] {
  const counted = versions.filter((each) => counting.counts(each)).toSorted(compareVersions);
  return counted.filter((each, i) => {
    const successor = counted[i + 1];
    return successor === undefined || isHeld(snapshots, each, successor);
  });
}

/** What is left of volumes that had the name before. */
async function addForeign(
  store: ObjectStore,
  volume: string,
  own: string,
  orphans: string[],
): Promise<void> {
  const all = allChunksPrefix(volume);
  for (const after of [undefined, `${own}~`]) {
    let page = await store.list(all, after === undefined ? {} : { after });
    for (;;) {
      const foreign = page.objects.filter(({ key }) => !key.startsWith(own));
      orphans.push(...foreign.map(({ key }) => key));
      const last = page.objects.at(-1);
      // One's own were listed already: there may be many, so the list goes on behind them.
      if (!page.isTruncated || last === undefined || last.key.startsWith(own)) break;
      page = await store.list(all, { after: last.key });
    }
  }
}

/** Undefined: the object is as it was put, or is not needed any more. */
async function faultOf(
  store: ObjectStore,
  each: Needed,
  chunkBytes: number,
): Promise<string | undefined> {
  const key = keyOf(each);
  if (each.listed.size === 0) return undefined;
  try {
    const found = await store.get(key);
    if (found === undefined) {
      return (await isStillNeeded(store, each)) ? NOT_THERE : undefined;
    }
    checkChunk(key, found.bytes, chunkBytes, found.crc32);
    return undefined;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    return (error as DriverError).message;
  }
}

/** False: something newer counts by now, and no snapshot needs this one, so the owner may have deleted it. */
async function isStillNeeded(
  store: ObjectStore,
  { volume, prefix, listed }: Needed,
): Promise<boolean> {
  if (volume === undefined) return true;
  const { head } = await readHeadOf(store, volume);
  const key = chunkKey(prefix, listed);
  const others: ListedChunk[] = [];
  for await (const page of pagesOf(store, key.slice(0, key.lastIndexOf('/') + 1))) {
    for (const { key: found, size } of page.objects) {
      const name = parseChunkKey(prefix, found);
      if (name !== undefined && found !== key) others.push({ ...name, size });
    }
  }
  return keptOf([...others, listed], countingOf(head), head).includes(listed);
}

function keyOf({ prefix, listed }: Needed): string {
  return chunkKey(prefix, listed);
}
