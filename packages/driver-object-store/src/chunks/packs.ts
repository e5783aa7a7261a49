/**
 * Brings small changes to the store: those of many chunks in one object, or, where they are few, in the head itself.
 * Such a pack counts once the head names it, and for as long as a chunk has nothing newer that counts; then it goes.
 * What is packed stays in memory meanwhile, so many small packs become one, and a chunk takes in what is packed of it
 * with its next upload.
 */
import { crc32 } from 'node:zlib';
import type { CountedPack } from '../head/counted-packs.ts';
import type { Head } from '../head/head.ts';
import { type Change, encodePack, packBytes } from '../map/pack.ts';
import { driverErrorOf } from '../store/driver-failure.ts';
import { packKey } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { VolumeObserver } from '../store/observer.ts';
import { putAgain } from '../store/put-again.ts';
import type { DirtyChunk, DirtyChunks, Pack } from './dirty-chunks.ts';
import { carriedPlaces, changesAt, changesIn, isPackable, memoryIn } from './pack-contents.ts';
import { PackList } from './pack-list.ts';
import type { Sequences } from './sequences.ts';

/** Bytes of memory of the newest packs that the next one may take up. */
const MERGED_BYTES_MAX = 2 ** 20;
/** Bytes of memory that one pack is made of. */
const PACK_BYTES_MAX = 4 * 2 ** 20;
/** What a pack counts as that the head carries, besides its bytes. */
const CARRIED_BYTES_MORE = 64;

export interface PacksOptions {
  readonly store: ObjectStore;
  readonly dirty: DirtyChunks;
  readonly sequences: Sequences;
  /** Of the volume's own objects. */
  readonly prefix: string;
  readonly generation: number;
  /** Bytes. */
  readonly chunkBytes: number;
  /** Bytes of memory of what is packed, at most, about; 0: there are no new packs. */
  readonly bytesMax: number;
  /** Bytes of packs that the head carries, at most; 0: none, those excepted that were found there. */
  readonly carriedBytesMax: number;
  /** Objects from which on they are merged; of twice as many on there are no more until chunks have been uploaded. */
  readonly packsMax: number;
  readonly observer: VolumeObserver;
  /** Nobody needs these objects any more. */
  readonly unneeded: (keys: readonly string[]) => void;
}

export class Packs {
  readonly #options: PacksOptions;
  readonly #list: PackList;
  /** Those that the head is to carry with the next commit, and nothing but memory has yet. */
  #uncommitted: Pack[] = [];
  /** Bodies that wait to be put again, under the same names. */
  readonly #failed = new Map<Pack, Uint8Array>();

  constructor(options: PacksOptions) {
    this.#options = options;
    this.#list = new PackList(options.generation);
  }

  /** A pack of the volume's own that was found in the store, with the chunks that need it. */
  adopt(pack: Pack): void {
    this.#list.adopt(pack);
  }

  /** Whether there may be another pack. Hot path. */
  hasRoom(): boolean {
    return this.#room() > 0;
  }

  /**
   * Packs what of the chunks is small, as far as there is room, and begins to put it, or leaves it to the next commit.
   * Answers the last sequence, or 0, and the chunks that are to be uploaded instead.
   */
  take(chunks: readonly DirtyChunk[]): {
    readonly sequence: number;
    readonly left: readonly DirtyChunk[];
  } {
    const left: DirtyChunk[] = [];
    let group: DirtyChunk[] = [];
    let [sequence, memory] = [0, 0];
    let room = this.#room();
    const begin = () => {
      if (group.length > 0) sequence = this.#begin(group);
      group = [];
      memory = 0;
      room = this.#room();
    };
    for (const each of chunks) {
      const size = isPackable(each) ? (each.top?.room() ?? 0) : Number.POSITIVE_INFINITY;
      if (size < room && memory + size > PACK_BYTES_MAX) begin();
      if (size >= room) {
        left.push(each);
        continue;
      }
      group.push(each);
      memory += size;
      room -= size;
    }
    begin();
    // Behind all that, for they change chunks.
    if (sequence > 0) this.#options.dirty.letIn();
    return { sequence, left };
  }

  /** Puts once more what has failed. */
  retry(): void {
    for (const [pack, body] of this.#failed) void this.#put(pack, body);
  }

  /** An object of that chunk with that sequence is in the store, and has what was in the packs. */
  replaced(packs: readonly Pack[], dirty: DirtyChunk, sequence: number): void {
    this.#list.replaced(packs, dirty, sequence);
  }

  /** The packs that count when everything up to `durable` does. */
  named(durable: number): readonly CountedPack[] {
    return this.#list.named(durable);
  }

  /** The head says what counts now, and what snapshots need. */
  committed(head: Head): void {
    const { prefix, unneeded, dirty } = this.#options;
    unneeded(this.#list.committed(head).map((counted) => packKey(prefix, counted)));
    const isIn = ({ counted }: Pack) => counted.sequence <= head.durable;
    for (const { memory } of this.#uncommitted.filter(isIn)) dirty.underWay(-memory);
    this.#uncommitted = this.#uncommitted.filter((pack) => !isIn(pack));
  }

  /** A chunk to be uploaded, because much is packed; undefined: there is none. Hot path. */
  crowded(): DirtyChunk | undefined {
    return this.#isCrowded() ? this.#oldest() : undefined;
  }

  /** Much that is packed, or objects that are still many although the newest became one: they are large. */
  #isCrowded(): boolean {
    const { bytesMax, packsMax } = this.#options;
    return this.#list.memory() > bytesMax / 2 || this.#list.needed().length > 1.5 * packsMax;
  }

  #oldest(): DirtyChunk | undefined {
    // Objects first, for an opening has to get them.
    for (const { chunks } of [...this.#list.objects, ...this.#list.carried]) {
      for (const dirty of chunks) {
        const isIdle = dirty.running === undefined && dirty.queued === undefined;
        if (isIdle && dirty.packed !== undefined) return dirty;
      }
    }
    return undefined;
  }

  /** Bytes of memory that may yet be packed. */
  #room(): number {
    const { bytesMax, packsMax } = this.#options;
    return this.#list.objects.length < 2 * packsMax ? bytesMax - this.#list.memory() : 0;
  }

  /** Answers the sequence of the new pack. */
  #begin(group: readonly DirtyChunk[]): number {
    const sequence = this.#options.sequences.begin();
    const changes = changesIn(group, 'top');
    if (this.#mayBeCarried(changes)) this.#carry(group, sequence, encodePack(changes));
    else this.#putTogether(group, sequence, changes);
    return sequence;
  }

  #mayBeCarried(changes: readonly Change[]): boolean {
    const carried = this.#list.carried.reduce((sum, { counted }) => sum + carriedBytes(counted), 0);
    return carried + CARRIED_BYTES_MORE + packBytes(changes) <= this.#options.carriedBytesMax;
  }

  /** The next commit brings it to the store. */
  #carry(group: readonly DirtyChunk[], sequence: number, body: Uint8Array): void {
    const { dirty: all, sequences, generation } = this.#options;
    const memory = memoryIn(group, 'top');
    const counted = { generation, sequence, body };
    const pack: Pack = { counted, memory, chunks: new Set(), replaced: 0 };
    for (const each of group) all.pack(each, pack);
    this.#list.add(pack);
    this.#uncommitted.push(pack);
    all.underWay(memory);
    sequences.done(sequence);
  }

  /** Begins to put an object, which takes up all that the head carries, and what of older packs is to be merged. */
  #putTogether(group: readonly DirtyChunk[], sequence: number, newest: readonly Change[]): void {
    const { dirty: all, generation } = this.#options;
    const merged = this.#toBeMerged();
    const counted = { generation, sequence, body: undefined };
    const memory = memoryIn(merged, 'packed') + memoryIn(group, 'top');
    const pack: Pack = { counted, memory, chunks: new Set(), replaced: 0 };
    const former = changesIn(merged, 'packed');
    for (const each of merged) {
      this.replaced(all.move(each, new Set(each.packs), pack), each, sequence);
    }
    const carried = this.#takeUpCarried(pack);
    // Within a pack what comes later lies over what is before.
    const body = encodePack([...former, ...carried, ...newest]);
    for (const each of group) all.pack(each, pack);
    this.#list.add(pack);
    all.underWay(pack.memory);
    void this.#put(pack, body);
  }

  /** Answers what it was of, as it is now. */
  #takeUpCarried(pack: Pack): readonly Change[] {
    const { dirty: all, chunkBytes } = this.#options;
    const carried = new Set(this.#list.carried);
    const taken: Change[] = [];
    for (const [dirty, places] of carriedPlaces(carried, chunkBytes)) {
      taken.push(...changesAt(dirty, places));
      for (const { from, to } of places) pack.memory += dirty.packed?.memoryOf(from, to) ?? 0;
      this.replaced(all.move(dirty, carried, pack), dirty, pack.counted.sequence);
    }
    return taken;
  }

  /**
   * Where objects are many, the chunks of the newest, as far as they have a packed layer: what an upload has taken up, or
   * given back to the top, stays in its packs.
   */
  #toBeMerged(): ReadonlySet<DirtyChunk> {
    const needed = this.#list.needed();
    const chunks = new Set<DirtyChunk>();
    if (needed.length < this.#options.packsMax) return chunks;
    let memory = 0;
    for (const pack of needed.toReversed()) {
      memory += pack.memory;
      if (memory > MERGED_BYTES_MAX) break;
      for (const dirty of pack.chunks) if (dirty.packed !== undefined) chunks.add(dirty);
    }
    return chunks;
  }

  /** Whoever waits for it hears of its end by the sequences. */
  async #put(pack: Pack, body: Uint8Array): Promise<void> {
    const { store, prefix, sequences, dirty, observer } = this.#options;
    this.#failed.delete(pack);
    const { sequence } = pack.counted;
    try {
      await putAgain(store, packKey(prefix, pack.counted), [body], crc32(body), observer);
      dirty.underWay(-pack.memory);
      sequences.done(sequence);
    } catch (error) {
      const reason = driverErrorOf(error);
      this.#failed.set(pack, body);
      sequences.failed(sequence, reason);
      dirty.refuseWaiting(reason);
    }
  }
}

function carriedBytes({ body }: CountedPack): number {
  return body === undefined ? 0 : body.length + CARRIED_BYTES_MORE;
}
