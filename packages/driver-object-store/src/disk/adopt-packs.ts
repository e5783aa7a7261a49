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
    const memory = each.changes.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
    const pack: Pack = { version: each.version, memory, chunks: new Set(), replaced: 0 };
    for (const change of shownChanges(each, map)) dirty.adopt(change, pack);
    if (each.layer === 0) own.push(pack);
  }
  return own;
}
