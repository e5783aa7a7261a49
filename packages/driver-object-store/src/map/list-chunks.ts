/**
 * Lists the chunks of a volume: in one request where they are few, otherwise by their shards, sixteen at a time, and
 * what else is there besides.
 */
import { type ChunkName, parseChunkKey } from '../store/object-names.ts';
import type { ListedObject, ListPage, ObjectStore } from '../store/object-store.ts';
import { StoreError } from '../store/store-error.ts';

export interface ListedChunk extends ChunkName {
  /** Bytes. */
  readonly size: number;
}

/**
 * Hands over the versions of one chunk after the other, all that there are of it in one go, in the order of their
 * keys; those of several chunks come in any order. Keys that are no chunk's are handed to `stray`.
 */
export async function listChunks(
  store: ObjectStore,
  prefix: string,
  take: (versions: readonly ListedChunk[]) => void,
  stray: (key: string) => void = () => {},
): Promise<void> {
  const first = await store.list(prefix);
  if (!first.isTruncated) {
    new Gathering(prefix, take, stray).takeAll(first.objects).end();
    return;
  }
  await Promise.all(
    STARTS.map((start) => `${prefix}${start}`).map(async (shard) => {
      const gathering = new Gathering(prefix, take, stray);
      for await (const { objects } of pagesOf(store, shard)) gathering.takeAll(objects);
      gathering.end();
    }),
  );
}

/** How the names of shards start, and those of maps and packs. */
const STARTS = [...Array.from({ length: 16 }, (_, digit) => digit.toString(16)), 'map/', 'pack/'];

/** All pages of a list. */
export async function* pagesOf(store: ObjectStore, prefix: string): AsyncGenerator<ListPage> {
  let page = await store.list(prefix);
  yield page;
  while (page.isTruncated) {
    const last = page.objects.at(-1);
    if (last === undefined) {
      throw new StoreError('invalid', `${store.name}: a page of a list is empty, but not the last`);
    }
    page = await store.list(prefix, { after: last.key });
    yield page;
  }
}

/** Keys come in order, so the versions of a chunk come together, but a page may end between them. */
class Gathering {
  readonly #prefix: string;
  readonly #take: (versions: readonly ListedChunk[]) => void;
  readonly #stray: (key: string) => void;
  #versions: ListedChunk[] = [];
  #last = '';

  constructor(
    prefix: string,
    take: (versions: readonly ListedChunk[]) => void,
    stray: (key: string) => void,
  ) {
    this.#prefix = prefix;
    this.#take = take;
    this.#stray = stray;
  }

  takeAll(objects: readonly ListedObject[]): this {
    for (const { key, size } of objects) {
      const name = parseChunkKey(this.#prefix, key);
      if (name === undefined) {
        this.#stray(key);
        continue;
      }
      // Otherwise the newest version would be taken for the only one, or be missed behind a page.
      if (key <= this.#last) {
        throw new StoreError(
          'invalid',
          `expected a list in order, found ${key} behind ${this.#last}`,
        );
      }
      this.#last = key;
      if (this.#versions[0]?.chunk !== name.chunk) this.end();
      this.#versions.push({ ...name, size });
    }
    return this;
  }

  end(): void {
    if (this.#versions.length > 0) this.#take(this.#versions);
    this.#versions = [];
  }
}
