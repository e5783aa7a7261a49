/** What goes into a pack: the layers of chunks, as changes. */
import type { Change } from '../map/pack.ts';
import type { DirtyChunk } from './dirty-chunks.ts';

/** A chunk whose upload has frozen a layer packs nothing: that layer is older than what would be in the pack. */
export function isPackable({ top, frozen, running, queued }: DirtyChunk): boolean {
  return (
    top?.isSmall() === true && frozen === undefined && running === undefined && queued === undefined
  );
}

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

/**
 * What a pack has changed, as it is now: what lies over it is in the packed layer too. Only of those of `chunks`, which
 * need the pack, that have such a layer; an upload has taken up that of others, and answers for it.
 */
export function shownOf(
  chunks: ReadonlySet<DirtyChunk>,
  changes: readonly Change[],
): { readonly changes: readonly Change[]; readonly chunks: ReadonlySet<DirtyChunk> } {
  const byNumber = new Map([...chunks].map((dirty) => [dirty.chunk, dirty]));
  const shown: Change[] = [];
  const of = new Set<DirtyChunk>();
  for (const { chunk, from, length } of changes) {
    const dirty = byNumber.get(chunk);
    if (dirty?.packed === undefined) continue;
    of.add(dirty);
    for (const piece of dirty.packed.piecesOf(from, from + length)) shown.push({ chunk, ...piece });
  }
  return { changes: shown, chunks: of };
}
