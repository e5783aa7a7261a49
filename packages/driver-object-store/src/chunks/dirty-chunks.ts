/**
 * The chunks that have something newer than any object of their own, and how much memory that takes.
 *
 * | layer  | holds                                                       | lies over          |
 * | ------ | ----------------------------------------------------------- | ------------------ |
 * | top    | what was written last, and takes writes                     | frozen, or packed  |
 * | frozen | what is on its way to the store as an object of the chunk   | the newest object  |
 * | packed | what is in packs, or on its way there, and in no such object | the newest object |
 *
 * A frozen layer does not change any more, and takes up the packed one; so a chunk has one of them at most, and one
 * upload at a time, and order is kept.
 */
import type { CountedPack } from '../head/counted-packs.ts';
import type { ChunkMap } from '../map/chunk-map.ts';
import type { Change } from '../map/pack.ts';
import type { VolumeObserver } from '../store/observer.ts';
import type { ChunkPool } from './chunk-pool.ts';
import { DirtyLayer } from './dirty-layer.ts';

export interface DirtyChunk {
  readonly chunk: number;
  top: DirtyLayer | undefined;
  frozen: DirtyLayer | undefined;
  packed: DirtyLayer | undefined;
  /** The packs that hold what is packed, and what of the frozen layer was. */
  packs: readonly Pack[];
  /** The sequence of the frozen layer once it has one; 0 before. Its object is put under that name and no other. */
  sequence: number;
  /** The upload that is under way. Resolves to the last sequence. */
  running: Promise<number> | undefined;
  /** The one that begins behind it, with what is in the top layer by then. */
  queued: Promise<number> | undefined;
  /** What its layers that are not packed count as, in bytes. */
  cost: number;
}

/** A pack as its chunks need it. */
export interface Pack {
  /** With a body: the head carries it. Without: it is an object, or becomes one. */
  readonly counted: CountedPack;
  /** Bytes of memory that it was made of, or takes. */
  memory: number;
  /** Chunks that have nothing newer in the store. */
  readonly chunks: Set<DirtyChunk>;
  /** How many chunks have something newer that does not count yet. */
  replaced: number;
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
  readonly #pool: ChunkPool;
  readonly #bytesMax: number;
  /** What a layer with bytes counts as, at the least. */
  readonly #layerBytesMin: number;
  readonly #observer: VolumeObserver;
  readonly #chunks = new Map<number, DirtyChunk>();
  /** Those with a layer that is not packed. The one that has had one longest is the first. */
  readonly #unsaved = new Set<DirtyChunk>();
  readonly #waiting: Waiting[] = [];
  #isLettingIn = false;
  #bytes = 0;
  /** Of packs that are not in the store yet. */
  #bytesUnderWay = 0;

  constructor(map: ChunkMap, pool: ChunkPool, bytesMax: number, observer: VolumeObserver) {
    this.#map = map;
    this.#pool = pool;
    this.#bytesMax = bytesMax;
    this.#layerBytesMin = bytesMax / LAYERS_MAX;
    this.#observer = observer;
  }

  /** Bytes of memory of what is not packed, about; layers with few count as more than they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The chunks with something that is not packed. */
  get unsaved(): ReadonlySet<DirtyChunk> {
    return this.#unsaved;
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
      this.letIn();
    });
  }

  /** Makes the changes that wait, as far as there is room by now. */
  letIn(): void {
    if (this.#isLettingIn) return; // the loop that made this room goes on
    this.#isLettingIn = true;
    while (this.#bytes < this.#bytesMax) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      try {
        next.task();
        next.done();
      } catch (reason) {
        next.failed(reason);
      }
    }
    this.#isLettingIn = false;
  }

  /** Refuses all that wait. */
  refuseWaiting(reason: unknown): void {
    for (const { failed } of this.#waiting.splice(0)) failed(reason);
  }

  /** Hot path. */
  write(chunk: number, source: Uint8Array, at: number): void {
    const dirty = this.#open(chunk);
    this.#topOf(dirty).write(source, at);
    this.#account(dirty);
  }

  /** Part of a chunk becomes zeroes. */
  zero(chunk: number, from: number, to: number): void {
    if (!this.#chunks.has(chunk) && !this.#map.hasData(chunk)) return;
    const dirty = this.#open(chunk);
    if (from === 0 && to === this.#pool.chunkBytes) {
      dirty.top = this.#isOnNothing(dirty) ? undefined : DirtyLayer.zeroes(this.#pool);
    } else {
      this.#topOf(dirty).zero(from, to);
    }
    this.#account(dirty);
  }

  /** What is in the top layer is in that pack from now on. The chunk has no frozen layer. */
  pack(dirty: DirtyChunk, pack: Pack): void {
    const { top, packed } = dirty;
    if (packed === undefined) dirty.packed = top;
    else if (top !== undefined) packed.absorb(top);
    dirty.top = undefined;
    this.#addPack(dirty, pack);
    this.#account(dirty);
  }

  /** So many bytes more, or fewer, are in packs that are not in the store yet. */
  underWay(more: number): void {
    this.#bytesUnderWay += more;
    this.#tell();
  }

  /** What of the chunk is in those packs is in that one too. Answers those of them that had something of it. */
  move(dirty: DirtyChunk, from: ReadonlySet<Pack>, to: Pack): readonly Pack[] {
    const former = dirty.packs.filter((pack) => from.has(pack));
    dirty.packs = dirty.packs.filter((pack) => !from.has(pack));
    this.#addPack(dirty, to);
    return former;
  }

  /** What a pack has that was found in the store. Answers how many bytes of memory that has taken. */
  adopt(change: Change, pack: Pack): number {
    const dirty = this.#open(change.chunk);
    const before = dirty.packed?.room() ?? 0;
    dirty.packed ??= this.#newLayer(dirty);
    dirty.packed.apply(change);
    this.#addPack(dirty, pack);
    return dirty.packed.room() - before;
  }

  /** The top layer takes no more writes, and is to be uploaded, with what is packed. */
  freeze(dirty: DirtyChunk): void {
    const { top, packed } = dirty;
    if (packed !== undefined && top !== undefined) packed.absorb(top);
    dirty.frozen = packed ?? top;
    dirty.packed = undefined;
    dirty.top = undefined;
    dirty.sequence = 0;
    this.#account(dirty);
  }

  /** The frozen layer gets what it does not have from the chunk below; undefined: zeroes. */
  fill(dirty: DirtyChunk, below: Uint8Array | undefined): void {
    dirty.frozen?.fillFrom(below);
    this.#account(dirty);
  }

  /** The frozen layer was never put, and takes writes again, with what was written since. */
  thaw(dirty: DirtyChunk): void {
    const { frozen, top } = dirty;
    if (frozen === undefined) return;
    if (top !== undefined) frozen.absorb(top);
    dirty.top = frozen;
    dirty.frozen = undefined;
    this.#account(dirty);
  }

  /** The frozen layer is in the store, or need not be. Answers the packs that had it, and need it no more. */
  release(dirty: DirtyChunk): readonly Pack[] {
    const { packs } = dirty;
    dirty.packs = [];
    dirty.frozen = undefined;
    dirty.sequence = 0;
    this.#account(dirty);
    this.letIn();
    return packs;
  }

  #addPack(dirty: DirtyChunk, pack: Pack): void {
    if (dirty.packs.at(-1) === pack) return;
    dirty.packs = [...dirty.packs, pack];
    pack.chunks.add(dirty);
  }

  /** Whether zeroes are below the top layer, in the store too. */
  #isOnNothing({ chunk, frozen, packs }: DirtyChunk): boolean {
    return frozen === undefined && packs.length === 0 && !this.#map.hasData(chunk);
  }

  #topOf(dirty: DirtyChunk): DirtyLayer {
    dirty.top ??= this.#newLayer(dirty);
    return dirty.top;
  }

  #newLayer(dirty: DirtyChunk): DirtyLayer {
    return this.#isOnNothing(dirty) ? DirtyLayer.zeroes(this.#pool) : DirtyLayer.open(this.#pool);
  }

  #open(chunk: number): DirtyChunk {
    let dirty = this.#chunks.get(chunk);
    if (dirty !== undefined) return dirty;
    dirty = {
      chunk,
      top: undefined,
      frozen: undefined,
      packed: undefined,
      packs: [],
      sequence: 0,
      running: undefined,
      queued: undefined,
      cost: 0,
    };
    this.#chunks.set(chunk, dirty);
    this.#map.setDirty(chunk, true);
    return dirty;
  }

  /** After each change of the layers of a chunk. Hot path. */
  #account(dirty: DirtyChunk): void {
    const before = dirty.cost;
    dirty.cost = this.#costOf(dirty.top) + this.#costOf(dirty.frozen);
    if (dirty.cost === 0) {
      this.#unsaved.delete(dirty);
      if (dirty.packed === undefined) {
        this.#chunks.delete(dirty.chunk);
        this.#map.setDirty(dirty.chunk, false);
      }
    } else if (before === 0) {
      this.#unsaved.add(dirty);
    }
    if (dirty.cost === before) return;
    this.#bytes += dirty.cost - before;
    this.#tell();
  }

  #tell(): void {
    this.#observer.dirty?.(this.#bytes + this.#bytesUnderWay);
  }

  #costOf(layer: DirtyLayer | undefined): number {
    if (layer === undefined) return 0;
    const memory = layer.memory();
    return memory === 0 ? EMPTY_LAYER_BYTES : Math.max(memory, this.#layerBytesMin);
  }
}
