/**
 * Reading a volume: what is dirty lies over what is in the store, and what is in neither is zeroes, for which nobody
 * is asked.
 */
import type { Awaitable, Extent } from '@nbd/driver';
import type { ChunkMap } from '../map/chunk-map.ts';
import type { ChunkReader } from '../chunks/chunk-reader.ts';
import type { DirtyChunk, DirtyChunks } from '../chunks/dirty-chunks.ts';
import type { VolumeObserver } from '../store/observer.ts';
import { ReadAhead } from './read-ahead.ts';

/** Bytes: in chunks at least so large, a small read that follows no other fetches only what it needs. */
const PARTED_CHUNK_BYTES = 2 ** 20;
const PART_BYTES_MAX = 2 ** 16;
/** Chunks that are remembered to have been read in part: who comes back gets all of it. */
const PARTED_MAX = 64;
/** Requests for chunks under way from which on nothing is read ahead. */
const FETCHES_MAX = 24;

/** Chunks that are told in one extent of data, so that nobody waits for the end of a long one. */
const RUN_MAX = 4096;

export interface VolumeReadsOptions {
  readonly map: ChunkMap;
  readonly reader: ChunkReader;
  readonly dirty: DirtyChunks;
  readonly chunkBytes: number;
  /** Chunks to read ahead, at most. */
  readonly aheadMax: number;
  readonly observer: VolumeObserver;
}

export class VolumeReads {
  readonly #options: VolumeReadsOptions;
  readonly #chunkBytes: number;
  readonly #readAhead: ReadAhead;
  readonly #parted = new Set<number>();

  constructor(options: VolumeReadsOptions) {
    this.#options = options;
    this.#chunkBytes = options.chunkBytes;
    this.#readAhead = new ReadAhead(options.aheadMax);
  }

  /** Fills `target`. Answers at once what is in memory. Hot path. */
  read(target: Uint8Array, offset: number): Awaitable<void> {
    let waits: Promise<void>[] | undefined;
    for (let at = 0; at < target.length; ) {
      const chunk = Math.floor((offset + at) / this.#chunkBytes);
      const from = offset + at - chunk * this.#chunkBytes;
      const length = Math.min(this.#chunkBytes - from, target.length - at);
      const part = length === target.length ? target : target.subarray(at, at + length);
      if (!this.#readNow(chunk, part, from)) {
        waits ??= [];
        waits.push(this.#readLater(chunk, part, from));
      }
      at += length;
    }
    if (waits === undefined) return undefined;
    return waits.length === 1 ? waits[0] : allOf(waits);
  }

  /** Fetches chunks for later, as many as are read ahead at most. */
  async cache(offset: number, length: number): Promise<void> {
    const { map, reader, aheadMax } = this.#options;
    const end = Math.ceil((offset + length) / this.#chunkBytes);
    const fetches: Promise<unknown>[] = [];
    for (let at = map.next(Math.floor(offset / this.#chunkBytes), end); at < end; ) {
      if (fetches.length === aheadMax) break;
      if (map.hasData(at)) fetches.push(reader.fetch(at));
      at = map.next(at + 1, end);
    }
    await Promise.all(fetches);
  }

  /** From what is known without asking the store. */
  *extents(offset: number, length: number, size: number): Generator<Extent> {
    const { map } = this.#options;
    const last = Math.ceil((offset + length) / this.#chunkBytes);
    for (let from = offset; from < offset + length; ) {
      const chunk = Math.floor(from / this.#chunkBytes);
      const isHole = this.#isHole(chunk);
      let next = chunk + 1;
      const end = isHole ? last : Math.min(last, chunk + RUN_MAX);
      while (next < end && this.#isHole(next) === isHole) {
        next = isHole ? map.next(next, end) : next + 1;
        if (isHole && next < end && this.#isHole(next)) next += 1;
      }
      const to = Math.min(next * this.#chunkBytes, size);
      yield { length: to - from, hole: isHole, zero: isHole };
      from = to;
    }
  }

  #isHole(chunk: number): boolean {
    const dirty = this.#options.dirty.find(chunk);
    const layer = dirty?.top ?? dirty?.frozen ?? dirty?.packed;
    if (layer === undefined) return !this.#options.map.hasData(chunk);
    return layer.isFull() && layer.memory() === 0;
  }

  /** False: the store must be asked. Hot path. */
  #readNow(chunk: number, target: Uint8Array, from: number): boolean {
    const { dirty: all, map, reader, observer } = this.#options;
    const dirty = all.find(chunk);
    if (dirty !== undefined && isCovered(dirty, from, from + target.length)) {
      overlay(dirty, target, from);
      return true;
    }
    if (!map.hasData(chunk)) {
      target.fill(0);
      if (dirty !== undefined) overlay(dirty, target, from);
      return true;
    }
    const ahead = this.#readAhead.note(chunk);
    if (ahead !== undefined) this.#prefetch(ahead.first, ahead.end);
    const bytes = reader.cached(chunk);
    observer.cache?.(bytes === undefined ? 'miss' : 'hit');
    if (bytes === undefined) return false;
    target.set(bytes.subarray(from, from + target.length));
    if (dirty !== undefined) overlay(dirty, target, from);
    return true;
  }

  async #readLater(chunk: number, target: Uint8Array, from: number): Promise<void> {
    const { dirty: all, reader } = this.#options;
    // What is dirty now may be in a newer object when the answer comes, and its memory in use for another chunk: so it is
    // copied first.
    const dirty = all.find(chunk);
    const end = from + target.length;
    const copies = [dirty?.frozen ?? dirty?.packed, dirty?.top].flatMap(
      (layer) => layer?.copyOf(from, end) ?? [],
    );
    if (dirty === undefined && this.#isPart(chunk, target.length)) {
      if (await reader.fetchPart(chunk, target, from)) return;
    } else {
      const use = (bytes: Uint8Array) => {
        target.set(bytes.subarray(from, from + target.length));
        for (const copy of copies) target.set(copy.bytes, copy.from - from);
      };
      if (await reader.fetch(chunk, use)) return;
    }
    // The version has gone meanwhile, for there is a newer one.
    if (!this.#readNow(chunk, target, from)) await this.#readLater(chunk, target, from);
  }

  #isPart(chunk: number, length: number): boolean {
    if (this.#chunkBytes < PARTED_CHUNK_BYTES || length > PART_BYTES_MAX) return false;
    if (this.#parted.delete(chunk) || this.#readAhead.isInOrder(chunk)) return false;
    if (this.#parted.size === PARTED_MAX) {
      for (const oldest of this.#parted) {
        this.#parted.delete(oldest);
        break;
      }
    }
    this.#parted.add(chunk);
    return true;
  }

  #prefetch(first: number, end: number): void {
    const { map, reader } = this.#options;
    for (let chunk = first; chunk < end && reader.underWay < FETCHES_MAX; chunk++) {
      if (map.hasData(chunk)) reader.prefetch(chunk);
    }
  }
}

/** Settles when all have: until then they may write into the target, which is the caller's again after it. */
async function allOf(waits: readonly Promise<void>[]): Promise<void> {
  for (const wait of await Promise.allSettled(waits)) {
    if (wait.status === 'rejected') throw wait.reason;
  }
}

/** Whether the layers alone tell all of the range. Hot path. */
function isCovered({ top, frozen, packed }: DirtyChunk, from: number, to: number): boolean {
  return top?.covers(from, to) === true || (frozen ?? packed)?.covers(from, to) === true;
}

/** Hot path. */
function overlay({ top, frozen, packed }: DirtyChunk, target: Uint8Array, from: number): void {
  if (top?.covers(from, from + target.length) !== true) (frozen ?? packed)?.overlay(target, from);
  top?.overlay(target, from);
}
