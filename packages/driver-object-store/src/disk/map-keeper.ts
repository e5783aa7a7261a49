/**
 * Letting go of a volume: what the last change of the head by its owner says. Where a list would take long, the map
 * stays behind, for whoever opens the volume next.
 */
import type { ChunkMap } from '../map/chunk-map.ts';
import type { Cleaner } from '../chunks/cleaner.ts';
import type { HeadEdit } from '../head/commits.ts';
import type { Head } from '../head/head.ts';
import { type PutMap, putMap } from '../map/kept-map.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Sequences } from '../chunks/sequences.ts';
import { StoreError } from '../store/store-error.ts';

/** Earlier generations in the head from which on a volume with snapshots is listed, for only a list finds spent ones. */
const SEALED_MAX = 64;

export interface MapKeeperOptions {
  readonly store: ObjectStore;
  readonly map: ChunkMap;
  /** Of the volume's own chunks. */
  readonly prefix: string;
  readonly generation: number;
  readonly sequences: Sequences;
  readonly cleaner: Cleaner;
  /** Chunks from which on the map is kept. */
  readonly chunksMin: number;
}

export class MapKeeper {
  readonly #options: MapKeeperOptions;

  constructor(options: MapKeeperOptions) {
    this.#options = options;
  }

  /** Whether there are so many chunks that the map is worth a few requests. `more` may yet come to it. */
  isWanted(more = 0): boolean {
    return this.#options.map.present + more >= this.#options.chunksMin;
  }

  /**
   * Puts the map, if everything is committed and nothing is left that only a list would find. Resolves to what becomes
   * of the head. Never rejects for the store: without a map the volume is listed.
   */
  async leave(): Promise<HeadEdit> {
    const { store, map, prefix, generation, sequences, cleaner } = this.#options;
    if (!this.isWanted()) return withoutOwner;
    await cleaner.sweep();
    const sequence = sequences.watermark();
    if (cleaner.hasLost() || sequences.last() > sequence) return withoutOwner;
    try {
      const put = await putMap(store, map, prefix, { generation, sequence });
      return (head) => withMap(head, put);
    } catch (error) {
      if (error instanceof StoreError) return withoutOwner;
      throw error;
    }
  }
}

function withoutOwner(head: Head): Head {
  return { ...head, owner: undefined };
}

/** Something may have been committed since the map was put: then it is not of this head. */
function withMap(head: Head, { kept, generations }: PutMap): Head {
  if (head.durable !== kept.sequence) return withoutOwner(head);
  if (head.snapshots.length > 0) {
    return head.sealed.length > SEALED_MAX
      ? withoutOwner(head)
      : { ...head, owner: undefined, map: kept };
  }
  // A generation that is not on the map has nothing that is the newest of its chunk.
  const sealed = head.sealed.filter((each) => generations.has(each.generation));
  return { ...head, owner: undefined, map: kept, sealed };
}
