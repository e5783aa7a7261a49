/**
 * The chunks that have something newer than any object, and how much memory that takes.
 *
 * A chunk has up to two layers: the top one takes writes, the frozen one is on its way to the store and does not change
 * any more. What was written meanwhile lies above, so a chunk has one upload at a time, and order is kept.
 */
import type { ChunkMap } from '../map/chunk-map.ts';
import { DirtyLayer } from './dirty-layer.ts';
import type { VolumeObserver } from '../store/observer.ts';

export interface DirtyChunk {
  readonly chunk: number;
  /** Takes writes. */
  top: DirtyLayer | undefined;
  /** Is being uploaded, or waits to be tried again. */
  frozen: DirtyLayer | undefined;
  /** The sequence of the frozen layer once it has one; 0 before. Its object is put under that name and no other. */
  sequence: number;
  /** The upload that is under way. Resolves to the last sequence. */
  running: Promise<number> | undefined;
  /** The one that begins behind it, with what is in the top layer by then. */
  queued: Promise<number> | undefined;
}

/** What a layer without bytes counts as: objects take room too. */
const EMPTY_LAYER_BYTES = 1024;
/** Layers with bytes, at most: each is a request or two, and a flush waits for all of them. */
const LAYERS_MAX = 1024;

interface Waiting {
  readonly task: () => void;
  readonly done: () => void;
  readonly failed: (reason: unknown) => void;
}

export class DirtyChunks {
  readonly #map: ChunkMap;
  readonly #chunkBytes: number;
  readonly #bytesMax: number;
  /** What a layer with bytes counts as, at the least. */
  readonly #layerBytesMin: number;
  readonly #observer: VolumeObserver;
  /** The one that has been dirty longest is the first. */
  readonly #chunks = new Map<number, DirtyChunk>();
  readonly #waiting: Waiting[] = [];
  #bytes = 0;

  constructor(map: ChunkMap, chunkBytes: number, bytesMax: number, observer: VolumeObserver) {
    this.#map = map;
    this.#chunkBytes = chunkBytes;
    this.#bytesMax = bytesMax;
    this.#layerBytesMin = bytesMax / LAYERS_MAX;
    this.#observer = observer;
  }

  /** Bytes of memory, about; layers with few count as more than they take. */
  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#chunks.size;
  }

  all(): IterableIterator<DirtyChunk> {
    return this.#chunks.values();
  }

  /** Hot path. */
  find(chunk: number): DirtyChunk | undefined {
    return this.#chunks.get(chunk);
  }

  /** Whether a change may be made at once. Hot path. */
  hasRoom(): boolean {
    return this.#bytes < this.#bytesMax && this.#waiting.length === 0;
  }

  /** Makes a change when there is room, after all that wait already. */
  whenRoom(task: () => void): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ task, done, failed });
      this.#letIn();
    });
  }

  /** Refuses all that wait. */
  refuseWaiting(reason: unknown): void {
    for (const { failed } of this.#waiting.splice(0)) failed(reason);
  }

  /** Hot path. */
  write(chunk: number, source: Uint8Array, at: number): void {
    const top = this.#top(chunk);
    const before = this.#costOf(top);
    top.write(source, at);
    this.#account(this.#costOf(top) - before);
  }

  /** Part of a chunk becomes zeroes. */
  zero(chunk: number, from: number, to: number): void {
    if (from === 0 && to === this.#chunkBytes) this.#zeroAll(chunk);
    else if (this.#hasContent(chunk)) this.#top(chunk).zero(from, to);
  }

  /** The top layer takes no more writes, and is to be uploaded. */
  freeze(dirty: DirtyChunk): void {
    dirty.frozen = dirty.top;
    dirty.top = undefined;
    dirty.sequence = 0;
  }

  /** The frozen layer gets what it does not have from the chunk below; undefined: zeroes. */
  fill({ frozen }: DirtyChunk, below: Uint8Array | undefined): void {
    const before = this.#costOf(frozen);
    frozen?.fillFrom(below);
    this.#account(this.#costOf(frozen) - before);
  }

  /** The frozen layer was never put, and takes writes again, with what was written since. */
  thaw(dirty: DirtyChunk): void {
    const { frozen, top } = dirty;
    if (frozen === undefined) return;
    const before = this.#costOf(frozen) + this.#costOf(top);
    if (top !== undefined) frozen.absorb(top);
    dirty.top = frozen;
    dirty.frozen = undefined;
    this.#account(this.#costOf(frozen) - before);
  }

  /** The frozen layer is in the store, or need not be. */
  release(dirty: DirtyChunk): void {
    this.#account(-this.#costOf(dirty.frozen));
    dirty.frozen = undefined;
    dirty.sequence = 0;
    this.#forgetIfClean(dirty);
    this.#letIn();
  }

  /** Whether anything would be hidden by a layer of zeroes. */
  #hasContent(chunk: number): boolean {
    return this.#chunks.has(chunk) || this.#map.hasData(chunk);
  }

  #zeroAll(chunk: number): void {
    if (!this.#hasContent(chunk)) return;
    const dirty = this.#open(chunk);
    this.#account(-this.#costOf(dirty.top));
    dirty.top = undefined;
    if (dirty.frozen !== undefined || this.#map.hasData(chunk)) {
      dirty.top = DirtyLayer.zeroes(this.#chunkBytes);
      this.#account(this.#costOf(dirty.top));
    }
    this.#forgetIfClean(dirty);
  }

  #top(chunk: number): DirtyLayer {
    const dirty = this.#open(chunk);
    if (dirty.top !== undefined) return dirty.top;
    const onNothing = dirty.frozen === undefined && !this.#map.hasData(chunk);
    const top = onNothing ? DirtyLayer.zeroes(this.#chunkBytes) : DirtyLayer.open(this.#chunkBytes);
    dirty.top = top;
    this.#account(this.#costOf(top));
    return top;
  }

  #open(chunk: number): DirtyChunk {
    let dirty = this.#chunks.get(chunk);
    if (dirty !== undefined) return dirty;
    dirty = {
      chunk,
      top: undefined,
      frozen: undefined,
      sequence: 0,
      running: undefined,
      queued: undefined,
    };
    this.#chunks.set(chunk, dirty);
    this.#map.setDirty(chunk, true);
    return dirty;
  }

  #forgetIfClean({ chunk, top, frozen }: DirtyChunk): void {
    if (top !== undefined || frozen !== undefined) return;
    this.#chunks.delete(chunk);
    this.#map.setDirty(chunk, false);
  }

  #costOf(layer: DirtyLayer | undefined): number {
    if (layer === undefined) return 0;
    const memory = layer.memory();
    return memory === 0 ? EMPTY_LAYER_BYTES : Math.max(memory, this.#layerBytesMin);
  }

  #account(bytes: number): void {
    if (bytes === 0) return;
    this.#bytes += bytes;
    this.#observer.dirty?.(this.#bytes);
  }

  #letIn(): void {
    while (this.#bytes < this.#bytesMax) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      try {
        next.task();
        next.done();
      } catch (reason) {
        next.failed(reason);
      }
    }
  }
}
