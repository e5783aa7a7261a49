/**
 * Brings changes to the store although nobody has asked: chunks before there is no more room for changes, small ones in
 * packs, and what is packed as chunks before packs are too many.
 */
import type { ChunkReader } from './chunk-reader.ts';
import type { DirtyChunk, DirtyChunks } from './dirty-chunks.ts';
import type { Packs } from './packs.ts';
import type { Uploads } from './uploads.ts';

/** How far the search for a full chunk goes. */
const CANDIDATES_MAX = 64;
/** Chunks that are uploaded at a time because much is packed, while nothing changes, and nobody reads from the store. */
const UNPACKED_AT_LEISURE = 4;
/** The same beside those who do. */
const UNPACKED_BESIDE_READS = 1;
/** The same where there is no room for more packs: flushes wait for those. */
const UNPACKED_IN_NEED = 2;

export interface ReliefOptions {
  readonly dirty: DirtyChunks;
  readonly packs: Packs;
  readonly uploads: Uploads;
  readonly reader: ChunkReader;
  /** Bytes of dirty memory from which on it begins. */
  readonly earlyBytes: number;
  /** False: the volume is not ours any more, and what is packed no matter of ours. */
  readonly isOwned: () => boolean;
}

export class Relief {
  readonly #options: ReliefOptions;
  #unpacked = 0;
  #isAtLeisure = false;
  #keepsPacks = false;

  constructor(options: ReliefOptions) {
    this.#options = options;
  }

  /** After each change. Hot path. */
  relieve(): void {
    this.#isAtLeisure = false;
    this.#goOn();
  }

  /** Nothing has changed for a while, and all is committed. */
  atLeisure(): void {
    this.#isAtLeisure = true;
    this.#goOn();
  }

  #goOn(): void {
    const { dirty, uploads, packs, earlyBytes } = this.#options;
    while (dirty.bytes > earlyBytes && uploads.free > 0) {
      const candidate = this.#candidate();
      if (candidate === undefined) break;
      // Only when its turn has come, so that many share a pack.
      const isSmall = candidate.top?.isSmall() === true;
      if (isSmall && packs.hasRoom() && packs.take([...dirty.unsaved]).sequence > 0) continue;
      void this.#save(candidate);
    }
    // What needs room comes first, as long as small changes have some.
    if (dirty.bytes > earlyBytes && packs.hasRoom()) return;
    while (this.#mayUnpack() && uploads.free > 0) {
      const packed = packs.crowded();
      if (packed === undefined) break;
      void this.#unpack(packed);
    }
  }

  /** What is packed stays so from now on; what was begun goes on, and a flush waits for it. */
  keepPacks(): void {
    this.#keepsPacks = true;
  }

  async #save(dirty: DirtyChunk): Promise<void> {
    if (await this.#isUploaded(dirty)) this.#goOn();
  }

  #mayUnpack(): boolean {
    return !this.#keepsPacks && this.#unpacked < this.#unpackedMax() && this.#options.isOwned();
  }

  #unpackedMax(): number {
    const { packs, reader } = this.#options;
    if (!this.#isAtLeisure) return packs.hasRoom() ? 0 : UNPACKED_IN_NEED;
    // Uploads read too, each one chunk at the most.
    return reader.underWay > this.#unpacked ? UNPACKED_BESIDE_READS : UNPACKED_AT_LEISURE;
  }

  async #unpack(dirty: DirtyChunk): Promise<void> {
    this.#unpacked += 1;
    const isUploaded = await this.#isUploaded(dirty);
    this.#unpacked -= 1;
    if (isUploaded) this.#goOn();
  }

  /** False: whoever changes something next tries it again. */
  async #isUploaded(dirty: DirtyChunk): Promise<boolean> {
    try {
      await this.#options.uploads.upload(dirty);
      return true;
    } catch {
      return false;
    }
  }

  /** Of those that were changed longest ago, one that is full, or else the first. */
  #candidate(): DirtyChunk | undefined {
    let oldest: DirtyChunk | undefined;
    let looked = 0;
    for (const dirty of this.#options.dirty.unsaved) {
      if (dirty.running !== undefined || dirty.queued !== undefined) continue;
      if (isFull(dirty)) return dirty;
      oldest ??= dirty;
      looked += 1;
      if (looked === CANDIDATES_MAX) break;
    }
    return oldest;
  }
}

/** Small ones over nothing are full too, but have few bytes. */
function isFull({ top }: DirtyChunk): boolean {
  return top?.isFull() === true && !top.isSmall();
}
