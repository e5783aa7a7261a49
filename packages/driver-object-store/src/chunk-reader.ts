/**
 * Reads chunks as the store has them. Those who need the same version at a time share one request. What was read is
 * checked: an object that is gone, is of another length or has another checksum is a loss, and never read as zeroes.
 */
import { crc32 } from 'node:zlib';
import { DriverError } from '@nbd/driver';
import { ChunkCache } from './chunk-cache.ts';
import type { ChunkMap, MapEntry } from './chunk-map.ts';
import type { ChunkStore } from './chunk-store.ts';
import { chunkKey } from './object-names.ts';
import type { ObjectStore } from './object-store.ts';
import type { VolumeObserver } from './observer.ts';
import { driverErrorOf } from './driver-failure.ts';

export interface ChunkReaderOptions {
  readonly store: ObjectStore;
  readonly map: ChunkMap;
  /** By the layer of an entry of the map. */
  readonly prefixes: readonly string[];
  readonly chunkBytes: number;
  readonly cacheBytes: number;
  readonly chunkStore: ChunkStore | undefined;
  readonly observer: VolumeObserver;
}

interface Fetch {
  readonly version: MapEntry;
  readonly chunk: Promise<Uint8Array | undefined>;
}

export class ChunkReader {
  readonly #options: ChunkReaderOptions;
  readonly #cache: ChunkCache;
  readonly #fetches = new Map<number, Fetch>();

  constructor(options: ChunkReaderOptions) {
    this.#options = options;
    this.#cache = new ChunkCache(options.cacheBytes);
  }

  /** Requests that are under way. */
  get underWay(): number {
    return this.#fetches.size;
  }

  /** The chunk if it is in memory, not to be written to. Hot path. */
  cached(chunk: number): Uint8Array | undefined {
    return this.#cache.find(chunk);
  }

  /**
   * The chunk, not to be written to. Undefined: it has a newer version by now, and the one that was asked for is gone.
   * Rejects with a `DriverError`. The chunk must have data.
   */
  fetch(chunk: number): Promise<Uint8Array | undefined> {
    const cached = this.#cache.find(chunk);
    if (cached !== undefined) return Promise.resolve(cached);
    const version = this.#options.map.find(chunk);
    if (version === undefined) return Promise.resolve(undefined);
    const known = this.#fetches.get(chunk);
    if (known !== undefined && isSame(known.version, version)) return known.chunk;
    const fetch = { version, chunk: this.#fetch(chunk, version) };
    this.#fetches.set(chunk, fetch);
    const forget = () => {
      if (this.#fetches.get(chunk) === fetch) this.#fetches.delete(chunk);
    };
    fetch.chunk.then(forget, forget);
    return fetch.chunk;
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
    if (found.bytes.length === target.length) return true;
    throw lost(key, `expected ${target.length} bytes, found ${found.bytes.length}`);
  }

  /** A version that was just put. Takes over `bytes`. */
  keep(chunk: number, bytes: Uint8Array): void {
    this.#cache.put(chunk, bytes);
  }

  forget(chunk: number): void {
    this.#cache.delete(chunk);
  }

  async #fetch(chunk: number, version: MapEntry): Promise<Uint8Array | undefined> {
    const { map, chunkBytes, chunkStore } = this.#options;
    const key = this.#key(chunk, version);
    const kept = await chunkStore?.read(key);
    const bytes = kept?.length === chunkBytes ? kept : await this.#get(chunk, version, key);
    if (bytes !== undefined && map.holds(chunk, version)) this.#cache.put(chunk, bytes);
    return bytes;
  }

  async #get(chunk: number, version: MapEntry, key: string): Promise<Uint8Array | undefined> {
    const { store, chunkBytes, chunkStore } = this.#options;
    const target = new Uint8Array(chunkBytes);
    const found = await ask(store.get(key, { target }));
    if (found === undefined) {
      this.#gone(chunk, version, key);
      return undefined;
    }
    checkChunk(key, found.bytes, chunkBytes, found.crc32);
    void chunkStore?.keep(key, found.bytes);
    return found.bytes;
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
