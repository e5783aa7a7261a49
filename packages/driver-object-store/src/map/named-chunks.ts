/**
 * The chunks that the map of a volume names which was left with one. What the map names and no list shows is lost, which
 * nothing else tells: to an opening that lists, such a chunk is as it was before, or zeroes.
 */
import { ChunkMap } from './chunk-map.ts';
import { countingOf } from '../head/counting.ts';
import { CHUNKS_MAX } from '../head/chunk-limits.ts';
import type { Head } from '../head/head.ts';
import { readHeadOf } from '../head/head-chain.ts';
import { currentMap, readMap } from './kept-map.ts';
import { prefixesOf } from './load-map.ts';
import { chunkKey, type ChunkName } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';

export class NamedChunks {
  readonly #store: ObjectStore;
  readonly #volume: string;
  readonly #head: Head;
  /** Those that were not seen yet. */
  readonly #map: ChunkMap;

  private constructor(store: ObjectStore, volume: string, head: Head, map: ChunkMap) {
    this.#store = store;
    this.#volume = volume;
    this.#head = head;
    this.#map = map;
  }

  /** Of the volume as `head` says. None if it was not left with a map, or that cannot be read. */
  static async read(store: ObjectStore, volume: string, head: Head): Promise<NamedChunks> {
    const kept = currentMap(head);
    const [prefix = '', ...others] = prefixesOf(volume, head);
    const map =
      kept === undefined
        ? undefined
        : await readMap(store, prefix, kept, countingOf(head), 1 + others.length);
    return new NamedChunks(store, volume, head, map ?? new ChunkMap());
  }

  /** A list shows that version. `layer`: 0 of the volume itself, 1 of its nearest base, and so on. */
  seen(layer: number, { chunk, ...version }: ChunkName): void {
    if (this.#map.holds(chunk, { ...version, layer, isEmpty: false })) this.#map.delete(chunk);
  }

  /** The keys of those that were not seen. None if somebody has owned the volume since `head`, and may have changed them. */
  async lost(): Promise<readonly string[]> {
    const prefixes = prefixesOf(this.#volume, this.#head);
    const keys: string[] = [];
    for (let chunk = this.#map.next(0, CHUNKS_MAX); chunk < CHUNKS_MAX; ) {
      const entry = this.#map.find(chunk);
      // The owner of a base clears empty versions away that hide nothing any more.
      if (entry !== undefined && (entry.layer === 0 || !entry.isEmpty)) {
        keys.push(chunkKey(prefixes[entry.layer] ?? '', { chunk, ...entry }));
      }
      chunk = this.#map.next(chunk + 1, CHUNKS_MAX);
    }
    if (keys.length === 0) return keys;
    const { head } = await readHeadOf(this.#store, this.#volume);
    const isSame = head.id === this.#head.id && head.generation === this.#head.generation;
    return isSame ? keys : [];
  }
}
