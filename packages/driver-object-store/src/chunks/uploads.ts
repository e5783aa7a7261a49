/**
 * Brings dirty chunks to the store, what is packed of them included: each under a name of its own, written once. What
 * fails is tried again with the same bytes under the same name, when it is asked for next; until then nothing behind it
 * can be committed.
 */
import { crc32 } from 'node:zlib';
import { DriverError } from '@nbd/driver';
import type { ChunkMap, MapEntry } from '../map/chunk-map.ts';
import type { ChunkReader } from './chunk-reader.ts';
import type { DirtyChunk, DirtyChunks } from './dirty-chunks.ts';
import type { Packs } from './packs.ts';
import { putAgain } from '../store/put-again.ts';
import { driverErrorOf } from '../store/driver-failure.ts';
import { chunkKey, type Version } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { VolumeObserver } from '../store/observer.ts';
import type { Sequences } from './sequences.ts';
import { Slots } from '../store/slots.ts';

export interface UploadsOptions {
  readonly store: ObjectStore;
  readonly map: ChunkMap;
  readonly dirty: DirtyChunks;
  readonly reader: ChunkReader;
  readonly packs: Packs;
  readonly sequences: Sequences;
  /** Of the volume's own chunks. */
  readonly prefix: string;
  readonly generation: number;
  /** How many at a time. */
  readonly concurrency: number;
  readonly observer: VolumeObserver;
  /** A version of the volume's own has a successor in the store, which does not count before the next commit. */
  readonly superseded: (chunk: number, version: Version, successor: Version) => void;
}

export class Uploads {
  readonly #options: UploadsOptions;
  readonly #slots: Slots;
  /** Their frozen layers wait to be tried again. */
  readonly #failed = new Set<DirtyChunk>();

  constructor(options: UploadsOptions) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency);
  }

  /** Uploads that can begin at once. */
  get free(): number {
    return this.#slots.free;
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

  /** Tries once more what has failed. */
  retry(): void {
    for (const dirty of this.#failed) this.upload(dirty).catch(() => {});
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
      if (dirty.frozen !== undefined) last = await this.#uploadFrozen(dirty);
      if (dirty.top === undefined && dirty.packed === undefined) return last;
      this.#options.dirty.freeze(dirty);
      return Math.max(last, await this.#uploadFrozen(dirty));
    } catch (error) {
      const reason = driverErrorOf(error);
      if (dirty.sequence === 0) {
        // It has no name yet, so a write over what could not be read may still mend it.
        this.#options.dirty.thaw(dirty);
      } else {
        this.#failed.add(dirty);
        this.#options.sequences.failed(dirty.sequence, reason);
      }
      this.#options.dirty.refuseWaiting(reason);
      throw reason;
    }
  }

  async #uploadFrozen(dirty: DirtyChunk): Promise<number> {
    const { map, reader, packs, sequences, generation } = this.#options;
    const { chunk, frozen } = dirty;
    if (frozen?.isFull() === false) await this.#fill(dirty);
    const content = frozen?.content();
    // Zeroes over nothing need no object; packs would show again without one.
    if (content === undefined && dirty.packs.length === 0 && !map.hasData(chunk)) {
      this.#options.dirty.release(dirty);
      return 0;
    }
    if (dirty.sequence === 0) dirty.sequence = sequences.begin();
    const { sequence } = dirty;
    await this.#put({ chunk, generation, sequence }, content);
    const entry = { generation, sequence, layer: 0, isEmpty: content === undefined };
    this.#supersede(chunk, map.find(chunk), entry);
    map.set(chunk, entry);
    if (content === undefined) reader.forget(chunk);
    else reader.keep(chunk, content);
    packs.replaced(this.#options.dirty.release(dirty), dirty, sequence);
    sequences.done(sequence);
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

  async #put(
    name: { readonly chunk: number } & Version,
    content: Uint8Array | undefined,
  ): Promise<void> {
    const { store, prefix, observer } = this.#options;
    const parts = content === undefined ? [] : [content];
    const sum = content === undefined ? 0 : crc32(content);
    await putAgain(store, chunkKey(prefix, name), parts, sum, observer);
  }

  #supersede(chunk: number, old: MapEntry | undefined, successor: Version): void {
    if (old?.layer === 0) this.#options.superseded(chunk, old, successor);
  }
}
