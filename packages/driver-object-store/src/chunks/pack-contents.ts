/** What goes into a pack: the layers of chunks, as changes. */
import { type Change, decodePack } from '../map/pack.ts';
import type { DirtyChunk, Pack } from './dirty-chunks.ts';

/** A chunk whose upload has frozen a layer packs nothing: that layer is older than what would be in the pack. */
export function isPackable({ top, frozen, running, queued }: DirtyChunk): boolean {
  return (
    top?.isSmall() === true && frozen === undefined && running === undefined && queued === undefined
  );
}

/** All that is in those layers, which is not copied. */
export function changesIn(
  chunks: Iterable<DirtyChunk>,
  layer: 'packed' | 'top',
): readonly Change[] {
  const changes: Change[] = [];
  for (const dirty of chunks) {
    const pieces = dirty[layer]?.pieces() ?? [];
    for (const piece of pieces) changes.push({ chunk: dirty.chunk, ...piece });
  }
  return changes;
}

/** Bytes of memory that those layers take. */
export function memoryIn(chunks: Iterable<DirtyChunk>, layer: 'packed' | 'top'): number {
  let memory = 0;
  for (const dirty of chunks) memory += dirty[layer]?.room() ?? 0;
  return memory;
}

/** From where to where in a chunk, in bytes. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/**
 * What packs that the head carries have changed, by chunk: each place once, ascending. Only of chunks that need those
 * packs and have a packed layer, in which all that is valid. What an upload has taken from others, whether it is under
 * way or has failed, is on its way to the store by itself.
 */
export function carriedPlaces(
  packs: Iterable<Pack>,
  chunkBytes: number,
): ReadonlyMap<DirtyChunk, readonly Place[]> {
  const found = new Map<DirtyChunk, Place[]>();
  for (const { counted, chunks } of packs) {
    if (counted.body === undefined) continue;
    const byNumber = new Map([...chunks].map((dirty) => [dirty.chunk, dirty]));
    for (const { chunk, from, length } of decodePack(counted.body, chunkBytes, 'the head')) {
      const dirty = byNumber.get(chunk);
      if (dirty?.packed === undefined) continue;
      const places = found.get(dirty);
      if (places === undefined) found.set(dirty, [{ from, to: from + length }]);
      else places.push({ from, to: from + length });
    }
  }
  return new Map([...found].map(([dirty, places]) => [dirty, joined(places)]));
}

/** What a chunk's packed layer has there. */
export function changesAt({ chunk, packed }: DirtyChunk, places: readonly Place[]): Change[] {
  const changes: Change[] = [];
  for (const { from, to } of places) {
    for (const piece of packed?.piecesOf(from, to) ?? []) changes.push({ chunk, ...piece });
  }
  return changes;
}

function joined(places: readonly Place[]): readonly Place[] {
  const all: Place[] = [];
  for (const { from, to } of places.toSorted((one, other) => one.from - other.from)) {
    const last = all.at(-1);
    if (last === undefined || last.to < from) all.push({ from, to });
    else all[all.length - 1] = { from: last.from, to: Math.max(last.to, to) };
  }
  return all;
}
