/**
 * Reads chunks as the store has them. Those who need the same version at a time share one request. What was read is
 * checked: an object that is gone, is of another length or has another checksum is a loss, and never read as zeroes.
 */
import { crc32 } from 'node:zlib';
import { DriverError } from '@nbd/driver';
import { ChunkCache } from './chunk-cache.ts';
import type { ChunkPool } from './chunk-pool.ts';
import type { ChunkMap, MapEntry } from '../map/chunk-map.ts';
import type { ChunkStore } from './chunk-store.ts';
import { chunkKey } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { VolumeObserver } from '../store/observer.ts';
import { driverErrorOf } from '../store/driver-failure.ts';

export interface ChunkReaderOptions {
  readonly store: ObjectStore;
  readonly map: ChunkMap;
  /** By the layer of an entry of the map. */
  readonly prefixes: readonly string[];
  /** Where the memory for chunks comes from, and goes when they leave the cache. */
  readonly pool: ChunkPool;
  readonly cacheBytes: number;
  readonly chunkStore: ChunkStore | undefined;
  readonly observer: VolumeObserver;
}

/** What somebody does with a chunk, at once: its memory is used again later. */
export type ChunkUse = (bytes: Uint8Array) => void;

interface Fetch {
  readonly version: MapEntry;
  /** Of all who wait for it. */
  readonly uses: ChunkUse[];
  readonly isThere: Promise<boolean>;
}

export class ChunkReader {
  readonly #options: ChunkReaderOptions;
  readonly #cache: ChunkCache;
  readonly #fetches = new Map<number, Fetch>();

  constructor(options: ChunkReaderOptions) {
    this.#options = options;
    this.#cache = new ChunkCache(options.cacheBytes, (bytes) => options.pool.give(bytes));
  }

  /** Requests that are under way. */
  get underWay(): number {
    return this.#fetches.size;
  }

  /** The chunk if it is in memory, not to be written to, and to be read at once. Hot path. */
  cached(chunk: number): Uint8Array | undefined {
    return this.#cache.find(chunk);
  }

  /**
   * Hands the chunk to `use`, which must not write to it. Resolves to false, and `use` is not called, when it has a
   * newer version by now, and the one that was asked for is gone. Rejects with a `DriverError`. The chunk must have
   * data.
   */
  fetch(chunk: number, use: ChunkUse = ignore): Promise<boolean> {
    const cached = this.#cache.find(chunk);
    if (cached !== undefined) {
      use(cached);
      return Promise.resolve(true);
    }
    const version = this.#options.map.find(chunk);
    if (version === undefined) return Promise.resolve(false);
    const known = this.#fetches.get(chunk);
    if (known !== undefined && isSame(known.version, version)) {
      known.uses.push(use);
      return known.isThere;
    }
    const uses = [use];
    const isThere = this.#fetch(chunk, version, uses);
    this.#fetches.set(chunk, { version, uses, isThere });
    return isThere;
  }

  /** Reads the chunk for later, if it is not there or on its way. */
  prefetch(chunk: number): void {
    if (this.#cache.has(chunk) || this.#fetches.has(chunk)) return;
    // Whoever needs it asks again, and hears of what is wrong.
    this.fetch(chunk).catch(() => {});
  }

  /** Part of a chunk, straight into `target`; nothing is kept. As `fetch`, but answers false for undefined. */
  async fetchPart(chunk: number, target: Uint8Array, offset: number): Promise<boolean> {
    const { store, map } = this.#options;
    const version = map.find(chunk);
    if (version === undefined) return false;
    const key = this.#key(chunk, version);
    const found = await ask(store.get(key, { target, range: { offset, length: target.length } }));
    if (found === undefined) return this.#gone(chunk, version, key);
    if (found.bytes.length !== target.length) {
      throw lost(key, `expected ${target.length} bytes, found ${found.bytes.length}`);
    }
    fill(target, found.bytes);
    return true;
  }

  /** A version that was just put. Takes over `bytes`, of which those that come from the pool go there in the end. */
  keep(chunk: number, bytes: Uint8Array): void {
    this.#cache.put(chunk, bytes);
  }

  forget(chunk: number): void {
    this.#cache.delete(chunk);
  }

  async #fetch(chunk: number, version: MapEntry, uses: readonly ChunkUse[]): Promise<boolean> {
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.#load(chunk, version);
    } finally {
      // From here on nobody joins in.
      if (this.#fetches.get(chunk)?.uses === uses) this.#fetches.delete(chunk);
    }
    if (bytes === undefined) return false;
    for (const use of uses) use(bytes);
    if (this.#options.map.holds(chunk, version)) this.#cache.put(chunk, bytes);
    else this.#options.pool.give(bytes);
    return true;
  }

  /** From this machine, or from the store. Undefined: there is a newer version. */
  async #load(chunk: number, version: MapEntry): Promise<Uint8Array | undefined> {
    const { pool, chunkStore } = this.#options;
    const key = this.#key(chunk, version);
    if (chunkStore === undefined) return this.#get(chunk, version, key, pool.take());
    const kept = await chunkStore.read(key);
    if (kept?.length === pool.chunkBytes) return kept;
    const bytes = await this.#get(chunk, version, key, new Uint8Array(pool.chunkBytes));
    if (bytes !== undefined) void chunkStore.keep(key, bytes);
    return bytes;
  }

  /** Into `target`, which after an error may be written to yet by whoever was asked. */
  async #get(
    chunk: number,
    version: MapEntry,
    key: string,
    target: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const found = await ask(this.#options.store.get(key, { target }));
    if (found === undefined) {
      this.#gone(chunk, version, key);
      return undefined;
    }
    checkChunk(key, found.bytes, target.length, found.crc32);
    fill(target, found.bytes);
    return target;
  }

  /** An object that is not there: only a newer version excuses it. */
  #gone(chunk: number, version: MapEntry, key: string): false {
    if (this.#options.map.holds(chunk, version)) throw lost(key, 'the object is not there');
    return false;
  }

  #key(chunk: number, version: MapEntry): string {
    return chunkKey(this.#options.prefixes[version.layer] ?? '', { chunk, ...version });
  }
}

/** Throws a `DriverError` unless `bytes` are what was put under `key`. */
export function checkChunk(
  key: string,
  bytes: Uint8Array,
  chunkBytes: number,
  checksum: number | undefined,
): void {
  if (bytes.length !== chunkBytes) {
    throw lost(key, `expected ${chunkBytes} bytes, found ${bytes.length}`);
  }
  const found = crc32(bytes);
  if (checksum !== undefined && checksum !== found) {
    throw lost(key, `expected a checksum of ${checksum}, found ${found}`);
  }
}

function ignore(): void {}

/** A store that brings memory of its own has not read into the target, which holds what was in it before. */
function fill(target: Uint8Array, bytes: Uint8Array): void {
  const isThere = bytes.buffer === target.buffer && bytes.byteOffset === target.byteOffset;
  if (!isThere) target.set(bytes);
}

function lost(key: string, what: string): DriverError {
  return new DriverError('EIO', `${key}: ${what}`);
}

async function ask<Answer>(request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (error) {
    throw driverErrorOf(error);
  }
}

function isSame(one: MapEntry, other: MapEntry): boolean {
  return (
    one.generation === other.generation &&
    one.sequence === other.sequence &&
    one.layer === other.layer
  );
}
