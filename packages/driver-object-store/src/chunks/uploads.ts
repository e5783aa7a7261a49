/**
 * Brings dirty chunks to the store: each under a name of its own, written once. What fails is tried again with the same
 * bytes under the same name, when it is asked for next; until then nothing behind it can be committed.
 */
import { crc32 } from 'node:zlib';
import { DriverError } from '@nbd/driver';
import type { ChunkMap, MapEntry } from '../map/chunk-map.ts';
import type { ChunkReader } from './chunk-reader.ts';
import type { DirtyChunk, DirtyChunks } from './dirty-chunks.ts';
import { driverErrorOf } from '../store/driver-failure.ts';
import { chunkKey, type Version } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { VolumeObserver } from '../store/observer.ts';
import { Sequences } from './sequences.ts';
import { Slots } from '../store/slots.ts';
import { StoreError } from '../store/store-error.ts';

export interface UploadsOptions {
  readonly store: ObjectStore;
  readonly map: ChunkMap;
  readonly dirty: DirtyChunks;
  readonly reader: ChunkReader;
  /** Of the volume's own chunks. */
  readonly prefix: string;
  readonly generation: number;
  /** Bytes of dirty memory from which on chunks are uploaded although nobody has asked. */
  readonly earlyBytes: number;
  /** How many at a time. */
  readonly concurrency: number;
  readonly observer: VolumeObserver;
  /** A version of the volume's own has a successor in the store, which does not count before the next commit. */
  readonly superseded: (chunk: number, version: Version, successor: Version) => void;
}

/** How far the search for a full chunk goes. */
const CANDIDATES_MAX = 64;

export class Uploads {
  readonly #options: UploadsOptions;
  readonly #slots: Slots;
  readonly #sequences = new Sequences();
  /** Their frozen layers wait to be tried again. */
  readonly #failed = new Set<DirtyChunk>();

  constructor(options: UploadsOptions) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency);
  }

  /** Everything at or below is in the store. */
  watermark(): number {
    return this.#sequences.watermark();
  }

  /** What was uploaded up to now has sequences up to this one. */
  highestDone(): number {
    return this.#sequences.highestDone();
  }

  /** Uploads what the chunk has now. Resolves to the last sequence, or 0 if there was nothing to put. */
  upload(dirty: DirtyChunk): Promise<number> {
    if (dirty.queued !== undefined) return dirty.queued;
    if (dirty.running === undefined) return this.#start(dirty);
    if (dirty.top === undefined) return dirty.running;
    dirty.queued = this.#startBehind(dirty, dirty.running);
    dirty.queued.catch(() => {});
    return dirty.queued;
  }

  /** Resolves when everything up to `sequence` is in the store; what had failed is tried again for it. */
  async reached(sequence: number): Promise<void> {
    // Asked first, so that no failure is missed; who fails again says so through the sequences.
    const reached = this.#sequences.reached(sequence);
    if (sequence > this.#sequences.watermark()) {
      for (const dirty of this.#failed) this.upload(dirty).catch(() => {});
    }
    await reached;
  }

  /** Begins uploads where much is dirty: of the oldest chunks, full ones first. */
  relieve(): void {
    const { dirty, earlyBytes } = this.#options;
    while (dirty.bytes > earlyBytes && this.#slots.free > 0) {
      const candidate = this.#candidate();
      if (candidate === undefined) return;
      this.upload(candidate).then(
        () => this.relieve(),
        () => {},
      );
    }
  }

  #candidate(): DirtyChunk | undefined {
    let oldest: DirtyChunk | undefined;
    let looked = 0;
    for (const dirty of this.#options.dirty.all()) {
      if (dirty.running !== undefined || dirty.queued !== undefined) continue;
      if (dirty.top?.isFull() === true) return dirty;
      oldest ??= dirty;
      looked += 1;
      if (looked === CANDIDATES_MAX) break;
    }
    return oldest;
  }

  /** The upload before may yet take in what this one is asked for, so its sequence counts too. */
  async #startBehind(dirty: DirtyChunk, running: Promise<number>): Promise<number> {
    const before = await running.catch(() => 0);
    dirty.queued = undefined;
    return Math.max(before, await this.#start(dirty));
  }

  #start(dirty: DirtyChunk): Promise<number> {
    const running = this.#slots.run(() => this.#run(dirty));
    dirty.running = running;
    const ended = () => {
      if (dirty.running === running) dirty.running = undefined;
    };
    // First in line, so that whoever goes on behind this upload finds it ended.
    running.then(ended, ended);
    return running;
  }

  async #run(dirty: DirtyChunk): Promise<number> {
    this.#failed.delete(dirty);
    try {
      let last = 0;
      if (dirty.frozen !== undefined) last = await this.#uploadFrozen(dirty, dirty.frozen);
      if (dirty.top === undefined) return last;
      const { top } = dirty;
      this.#options.dirty.freeze(dirty);
      return Math.max(last, await this.#uploadFrozen(dirty, top));
    } catch (error) {
      const reason = driverErrorOf(error);
      if (dirty.sequence === 0) {
        // It has no name yet, so a write over what could not be read may still mend it.
        this.#options.dirty.thaw(dirty);
      } else {
        this.#failed.add(dirty);
        this.#sequences.failed(dirty.sequence, reason);
      }
      this.#options.dirty.refuseWaiting(reason);
      throw reason;
    }
  }

  async #uploadFrozen(
    dirty: DirtyChunk,
    layer: NonNullable<DirtyChunk['frozen']>,
  ): Promise<number> {
    const { map, reader, generation } = this.#options;
    const { chunk } = dirty;
    if (!layer.isFull()) await this.#fill(dirty);
    const content = layer.content();
    if (content === undefined && !map.hasData(chunk)) {
      this.#options.dirty.release(dirty);
      return 0;
    }
    if (dirty.sequence === 0) dirty.sequence = this.#sequences.begin();
    const { sequence } = dirty;
    await this.#put({ chunk, generation, sequence }, content);
    const entry = { generation, sequence, layer: 0, isEmpty: content === undefined };
    this.#supersede(chunk, map.find(chunk), entry);
    map.set(chunk, entry);
    if (content === undefined) reader.forget(chunk);
    else reader.keep(chunk, content);
    this.#sequences.done(sequence);
    this.#options.dirty.release(dirty);
    return sequence;
  }

  /** With what the layer was written over. */
  async #fill(dirty: DirtyChunk): Promise<void> {
    const { map, reader, dirty: all } = this.#options;
    const { chunk } = dirty;
    if (!map.hasData(chunk)) {
      all.fill(dirty, undefined);
      return;
    }
    if (await reader.fetch(chunk, (below) => all.fill(dirty, below))) return;
    throw new DriverError('EIO', `chunk ${chunk}: it has changed under its own upload`);
  }

  /** The store has tried for long; an answer that was lost is worth another request, for then the object may be there. */
  async #put(
    name: { readonly chunk: number } & Version,
    content: Uint8Array | undefined,
  ): Promise<void> {
    const { store, prefix, observer } = this.#options;
    const key = chunkKey(prefix, name);
    const parts = content === undefined ? [] : [content];
    const options = { crc32: content === undefined ? 0 : crc32(content) };
    try {
      await store.put(key, parts, options);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'ambiguous') throw error;
      observer.retry?.();
      await store.put(key, parts, options);
    }
  }

  #supersede(chunk: number, old: MapEntry | undefined, successor: Version): void {
    if (old?.layer === 0) this.#options.superseded(chunk, old, successor);
  }
}
