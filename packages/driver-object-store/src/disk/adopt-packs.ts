/** Lays what packs hold over the map of a volume that is opened. */
import type { DirtyChunks, Pack } from '../chunks/dirty-chunks.ts';
import type { ChunkMap } from '../map/chunk-map.ts';
import { type LoadedPack, shownChanges } from '../map/load-packs.ts';

/** `loaded` in the order in which they were made. Answers those of the volume itself, with the chunks that need them. */
export function adoptPacks(
  dirty: DirtyChunks,
  map: ChunkMap,
  loaded: readonly LoadedPack[],
): readonly Pack[] {
  const own: Pack[] = [];
  for (const each of loaded) {
    const bytes = each.changes.reduce((sum, change) => sum + (change.bytes?.length ?? 0), 0);
    const pack: Pack = { counted: each.pack, memory: 0, chunks: new Set(), replaced: 0 };
    for (const change of shownChanges(each, map)) pack.memory += dirty.adopt(change, pack);
    // What lies over another pack takes no more memory, but has to be read.
    pack.memory = Math.max(pack.memory, bytes);
    if (each.layer === 0) own.push(pack);
  }
  return own;
}
