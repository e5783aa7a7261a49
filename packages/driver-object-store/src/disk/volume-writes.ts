/**
 * Changing a volume: into memory, and answered at once while there is room. A flush brings everything to the store and
 * commits it; FUA does so with the chunks of one change.
 */
import { type Awaitable, DriverError } from '@nbd/driver';
import type { ChunkMap } from '../map/chunk-map.ts';
import type { Cleaner } from '../chunks/cleaner.ts';
import type { Commits, HeadEdit } from '../head/commits.ts';
import type { DirtyChunk, DirtyChunks } from '../chunks/dirty-chunks.ts';
import type { Packs } from '../chunks/packs.ts';
import type { Relief } from '../chunks/relief.ts';
import type { Sequences } from '../chunks/sequences.ts';
import { CHUNKS_MAX } from '../head/chunk-limits.ts';
import type { MapKeeper } from './map-keeper.ts';
import type { VolumeObserver } from '../store/observer.ts';
import type { Clock } from '../surroundings.ts';
import type { Uploads } from '../chunks/uploads.ts';

/** Milliseconds after the last change until it is committed although nobody has asked. */
const QUIET_MILLIS = 5000;
/** The same after the first change, however many follow. */
const BUSY_MILLIS = 30_000;

export interface VolumeWritesOptions {
  readonly map: ChunkMap;
  readonly dirty: DirtyChunks;
  readonly sequences: Sequences;
  readonly packs: Packs;
  readonly uploads: Uploads;
  readonly relief: Relief;
  readonly commits: Commits;
  readonly cleaner: Cleaner;
  readonly mapKeeper: MapKeeper;
  readonly chunkBytes: number;
  /** Bytes. */
  readonly size: number;
  readonly clock: Clock;
  readonly observer: VolumeObserver;
}

export class VolumeWrites {
  readonly #options: VolumeWritesOptions;
  readonly #chunkBytes: number;
  #size: number;
  #cancelCommit: (() => void) | undefined;
  #firstChange = 0;
  #lastChange = 0;

  constructor(options: VolumeWritesOptions) {
    this.#options = options;
    this.#chunkBytes = options.chunkBytes;
    this.#size = options.size;
    // What others have packed has its time as what was changed just now.
    if (options.packs.crowded() !== undefined) this.#changed();
  }

  /** Bytes. */
  size(): number {
    return this.#size;
  }

  /** Takes all it needs of `source` before it returns. Hot path. */
  write(source: Uint8Array, offset: number, fua: boolean): Awaitable<void> {
    const { commits, dirty } = this.#options;
    if (!commits.isFresh() || !dirty.hasRoom()) {
      return this.#writeLater(new Uint8Array(source), offset, fua);
    }
    this.#write(source, offset);
    return fua ? this.#commitRange(offset, source.length) : undefined;
  }

  /** Makes the range zeroes; whole chunks become holes. `edges`: also what is no whole chunk. */
  zero(offset: number, length: number, edges: boolean, fua: boolean): Awaitable<void> {
    const { map, commits, dirty } = this.#options;
    const end = offset + length;
    const lastChunk = Math.ceil(end / this.#chunkBytes);
    const first = map.next(Math.floor(offset / this.#chunkBytes), lastChunk);
    if (first === lastChunk && commits.isFresh()) return undefined; // nothing is there
    if (lastChunk - first === 1 && commits.isFresh() && dirty.hasRoom()) {
      this.#zeroChunk(first, offset, end, edges);
      this.#changed();
      return fua ? this.#commitRange(offset, length) : undefined;
    }
    return this.#zeroLater(first, offset, end, edges, fua);
  }

  /** Everything that was answered is on stable storage once this is. */
  flush(): Awaitable<void> {
    return this.#isCommitted() && this.#options.commits.isFresh() ? undefined : this.#flush();
  }

  /** Changes the size with a commit. What is cut off may be cleared even if that fails. */
  async resize(size: number): Promise<void> {
    if (size > CHUNKS_MAX * this.#chunkBytes) {
      const most = CHUNKS_MAX * this.#chunkBytes;
      throw new DriverError('EINVAL', `expected a size of at most ${most}, found ${size}`);
    }
    await this.#options.commits.confirm();
    const before = this.#size;
    this.#size = Math.min(size, before);
    try {
      if (size < before) {
        const end = Math.ceil(before / this.#chunkBytes) * this.#chunkBytes;
        await this.#zeroLater(Math.floor(size / this.#chunkBytes), size, end, true, false);
      }
      await this.#flush((head) => ({ ...head, size }));
      this.#size = size;
    } catch (error) {
      this.#size = before;
      throw error;
    }
  }

  /** Commits everything and leaves the volume without an owner. Rejects when something that was answered is lost. */
  async close(): Promise<void> {
    const { commits, cleaner, dirty, relief, mapKeeper } = this.#options;
    this.#cancelCommit?.();
    relief.keepPacks();
    if (!commits.isOwned() && this.#isCommitted()) return;
    try {
      // The map is that of a commit, and takes a while to put: nothing that was answered is to wait for it.
      if (mapKeeper.isWanted(dirty.unsaved.size)) await this.flush();
      await this.#flush(await mapKeeper.leave());
    } finally {
      commits.end(new DriverError('ESHUTDOWN', 'the volume is closed'));
      await cleaner.sweep();
    }
  }

  #isCommitted(): boolean {
    const { commits, dirty, sequences } = this.#options;
    return dirty.unsaved.size === 0 && sequences.last() <= commits.durable();
  }

  /** Hot path. */
  #write(source: Uint8Array, offset: number): void {
    const { dirty, relief } = this.#options;
    for (let at = 0; at < source.length; ) {
      const chunk = Math.floor((offset + at) / this.#chunkBytes);
      const from = offset + at - chunk * this.#chunkBytes;
      const length = Math.min(this.#chunkBytes - from, source.length - at);
      const part = length === source.length ? source : source.subarray(at, at + length);
      dirty.write(chunk, part, from);
      at += length;
    }
    this.#changed();
    relief.relieve();
  }

  async #writeLater(source: Uint8Array, offset: number, fua: boolean): Promise<void> {
    const { commits, dirty, relief } = this.#options;
    await commits.confirm();
    relief.relieve();
    await dirty.whenRoom(() => {
      if (offset + source.length > this.#size) {
        throw new DriverError('ENOSPC', 'the volume has become smaller meanwhile');
      }
      this.#write(source, offset);
    });
    await commits.confirm();
    if (fua) await this.#commitRange(offset, source.length);
  }

  /** From `chunk` on, one chunk after the other as there is room for what has to be remembered of it. */
  async #zeroLater(
    chunk: number,
    offset: number,
    end: number,
    edges: boolean,
    fua: boolean,
  ): Promise<void> {
    const { map, commits, dirty, relief } = this.#options;
    await commits.confirm();
    const lastChunk = Math.ceil(end / this.#chunkBytes);
    for (let at = map.next(chunk, lastChunk); at < lastChunk; at = map.next(at + 1, lastChunk)) {
      const zero = () => this.#zeroChunk(at, offset, end, edges);
      if (dirty.hasRoom()) {
        zero();
      } else {
        relief.relieve();
        await dirty.whenRoom(zero);
      }
      this.#changed();
      relief.relieve();
    }
    await commits.confirm();
    if (fua) await this.#commitRange(offset, end - offset);
  }

  #zeroChunk(chunk: number, offset: number, end: number, edges: boolean): void {
    const start = chunk * this.#chunkBytes;
    const from = Math.max(offset - start, 0);
    // The last chunk ends with the volume.
    const to = end >= this.#size ? this.#chunkBytes : Math.min(end - start, this.#chunkBytes);
    if (edges || (from === 0 && to === this.#chunkBytes)) {
      this.#options.dirty.zero(chunk, from, to);
    }
  }

  async #flush(edit?: HeadEdit): Promise<void> {
    const { dirty } = this.#options;
    await this.#commit([...dirty.unsaved], edit);
  }

  async #commitRange(offset: number, length: number): Promise<void> {
    const { map, dirty } = this.#options;
    const end = Math.ceil((offset + length) / this.#chunkBytes);
    const chunks: DirtyChunk[] = [];
    for (let at = Math.floor(offset / this.#chunkBytes); at < end; at = map.next(at + 1, end)) {
      const found = dirty.find(at);
      if (found !== undefined && dirty.unsaved.has(found)) chunks.push(found);
    }
    await this.#commit(chunks);
  }

  /** Brings the chunks to the store and commits them, with everything that was on its way there before. */
  async #commit(chunks: readonly DirtyChunk[], edit?: HeadEdit): Promise<void> {
    const { sequences, packs, uploads, commits, clock, observer } = this.#options;
    const began = clock.now();
    commits.checkOwned();
    const { left } = packs.take(chunks);
    const before = sequences.last();
    const uploaded = await Promise.all(left.map((each) => uploads.upload(each)));
    const last = uploaded.reduce((most, sequence) => Math.max(most, sequence), before);
    await this.#reached(last);
    if (edit === undefined && last <= commits.durable()) await commits.confirm();
    else await commits.publish(edit);
    observer.commit?.(clock.now() - began);
  }

  /** Resolves when everything up to `sequence` is in the store; what had failed is tried again for it. */
  async #reached(sequence: number): Promise<void> {
    const { sequences, packs, uploads } = this.#options;
    // Asked first, so that no failure is missed; who fails again says so through the sequences.
    const reached = sequences.reached(sequence);
    if (sequence > sequences.watermark()) {
      packs.retry();
      uploads.retry();
    }
    await reached;
  }

  #changed(): void {
    this.#lastChange = this.#options.clock.now();
    if (this.#cancelCommit !== undefined) return;
    this.#firstChange = this.#lastChange;
    this.#commitLater(QUIET_MILLIS);
  }

  /** Commits once nothing has changed for a while, or when it has taken too long. */
  #commitLater(millis: number): void {
    const { clock } = this.#options;
    this.#cancelCommit = clock.after(millis, () => {
      this.#cancelCommit = undefined;
      const now = clock.now();
      const due = Math.min(this.#lastChange + QUIET_MILLIS, this.#firstChange + BUSY_MILLIS);
      if (due > now) this.#commitLater(due - now);
      else void this.#commitInBackground();
    });
  }

  async #commitInBackground(): Promise<void> {
    const { commits, relief, observer } = this.#options;
    try {
      await this.#flush();
      if (this.#cancelCommit === undefined) relief.atLeisure();
    } catch (error) {
      if (!commits.isOwned()) return;
      observer.commitFailed?.(error as Error);
      this.#changed();
    }
  }
}
