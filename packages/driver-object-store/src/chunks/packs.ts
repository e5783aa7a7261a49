/**
 * Brings small changes to the store: those of many chunks in one object. Such a pack counts once the head names it, and
 * for as long as a chunk has nothing newer that counts; then it goes. What is packed stays in memory meanwhile, so many
 * small packs become one, and a chunk takes in what is packed of it with its next upload.
 */
import { crc32 } from 'node:zlib';
import type { Head } from '../head/head.ts';
import { neededPacks } from '../head/needed-packs.ts';
import { type Change, encodePack } from '../map/pack.ts';
import { driverErrorOf } from '../store/driver-failure.ts';
import { packKey, type Version, versionName } from '../store/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { VolumeObserver } from '../store/observer.ts';
import { putAgain } from '../store/put-again.ts';
import type { DirtyChunk, DirtyChunks, Pack } from './dirty-chunks.ts';
import type { Sequences } from './sequences.ts';

/** Bytes of memory of the newest packs that the next one may take up. */
const MERGED_BYTES_MAX = 2 ** 20;
/** Bytes of memory that one pack is made of. */
const PACK_BYTES_MAX = 4 * 2 ** 20;

export interface PacksOptions {
  readonly store: ObjectStore;
  readonly dirty: DirtyChunks;
  readonly sequences: Sequences;
  /** Of the volume's own objects. */
  readonly prefix: string;
  readonly generation: number;
  /** Bytes of memory of what is packed, at most, about; 0: there are no new packs. */
  readonly bytesMax: number;
  /** Packs from which on they are merged; of twice as many on there are no more until chunks have been uploaded. */
  readonly packsMax: number;
  readonly observer: VolumeObserver;
  /** Nobody needs these objects any more. */
  readonly unneeded: (keys: readonly string[]) => void;
}

/** Something newer of a chunk is in the store, and takes the place of packs once it counts. */
interface Replacement {
  readonly sequence: number;
  readonly packs: readonly Pack[];
}

export class Packs {
  readonly #options: PacksOptions;
  /** In the order in which they were made. */
  #packs: Pack[] = [];
  #replacements: Replacement[] = [];
  /** Not needed by the volume any more as of the next commit. */
  #spent: Pack[] = [];
  /** Bodies that wait to be put again, under the same names. */
  readonly #failed = new Map<Pack, Uint8Array>();

  constructor(options: PacksOptions) {
    this.#options = options;
  }

  /** A pack of the volume's own that was found in the store, with the chunks that need it. */
  adopt(pack: Pack): void {
    (pack.chunks.size > 0 ? this.#packs : this.#spent).push(pack);
  }

  /** Whether there may be another pack. Hot path. */
  hasRoom(): boolean {
    return this.#room() > 0;
  }

  /**
   * Packs what of the chunks is small, as far as there is room, and begins to put it. Answers the last sequence, or 0,
   * and the chunks that are to be uploaded instead.
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
    if (packs.length > 0) this.#replacements.push({ sequence, packs });
    for (const pack of packs) {
      pack.chunks.delete(dirty);
      pack.replaced += 1;
    }
  }

  /** The packs that count when everything up to `durable` does. */
  named(durable: number): readonly Version[] {
    const later: Replacement[] = [];
    for (const replacement of this.#replacements) {
      const { sequence, packs } = replacement;
      if (sequence > durable) later.push(replacement);
      else for (const pack of packs) pack.replaced -= 1;
    }
    this.#replacements = later;
    const isSpent = (pack: Pack) =>
      this.#counts(pack, durable) && pack.chunks.size === 0 && pack.replaced === 0;
    this.#spent.push(...this.#packs.filter(isSpent));
    this.#packs = this.#packs.filter((pack) => !isSpent(pack));
    return this.#packs.filter((pack) => this.#counts(pack, durable)).map(({ version }) => version);
  }

  /** The head says what counts now, and what snapshots need. */
  committed(head: Head): void {
    const needed = neededPacks(head);
    const { prefix, unneeded } = this.#options;
    const gone = this.#spent.filter(({ version }) => !needed.has(versionName(version)));
    unneeded(gone.map(({ version }) => packKey(prefix, version)));
    // A commit that began before the volume was open names all that were found; those of snapshots are not ours to see off.
    const named = new Set(head.packs.map(versionName));
    this.#spent = this.#spent.filter(({ version }) => named.has(versionName(version)));
  }

  /** A chunk to be uploaded, because much is packed; undefined: there is none. Hot path. */
  crowded(): DirtyChunk | undefined {
    return this.#isCrowded() ? this.#oldest() : undefined;
  }

  /** Packs that are still many although the newest became one are large. */
  #isCrowded(): boolean {
    const { bytesMax, packsMax } = this.#options;
    return this.#memory() > bytesMax / 2 || this.#needed().length > 1.5 * packsMax;
  }

  /** Those that chunks need: the others go with the next commit. */
  #needed(): readonly Pack[] {
    return this.#packs.filter(({ chunks }) => chunks.size > 0);
  }

  #oldest(): DirtyChunk | undefined {
    for (const { chunks } of this.#packs) {
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
    return this.#packs.length < 2 * packsMax ? bytesMax - this.#memory() : 0;
  }

  #memory(): number {
    return this.#packs.reduce((sum, { chunks, memory }) => sum + (chunks.size > 0 ? memory : 0), 0);
  }

  #counts({ version }: Pack, durable: number): boolean {
    return version.generation < this.#options.generation || version.sequence <= durable;
  }

  #begin(group: readonly DirtyChunk[]): number {
    const { dirty: all, sequences, generation } = this.#options;
    const former = this.#toBeMerged();
    const changes: Change[] = [];
    let memory = 0;
    const add = ({ chunk }: DirtyChunk, layer: DirtyChunk['top']) => {
      if (layer === undefined) return;
      memory += layer.room();
      for (const piece of layer.pieces()) changes.push({ chunk, ...piece });
    };
    // Within a pack what comes later lies over what is before.
    for (const each of former) add(each, each.packed);
    for (const each of group) add(each, each.top);
    const sequence = sequences.begin();
    const version = { generation, sequence };
    const pack: Pack = { version, memory, chunks: new Set(), replaced: 0 };
    const body = encodePack(changes);
    for (const each of former) this.replaced(all.repack(each, pack), each, sequence);
    for (const each of group) all.pack(each, pack);
    this.#packs.push(pack);
    all.underWay(memory);
    void this.#put(pack, body);
    return sequence;
  }

  /**
   * Where packs are many, the chunks of the newest, as far as they have a packed layer: what an upload has taken up, or
   * given back to the top, stays in its packs.
   */
  #toBeMerged(): ReadonlySet<DirtyChunk> {
    const needed = this.#needed();
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
    const { sequence } = pack.version;
    try {
      await putAgain(store, packKey(prefix, pack.version), [body], crc32(body), observer);
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

/** A chunk whose upload has frozen a layer packs nothing: that layer is older than what would be in the pack. */
function isPackable({ top, frozen, running, queued }: DirtyChunk): boolean {
  return (
    top?.isSmall() === true && frozen === undefined && running === undefined && queued === undefined
  );
}
