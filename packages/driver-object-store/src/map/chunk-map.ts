/**
 * Which version of each chunk is the newest: 12 bytes for a chunk that is there, in pages of neighbours that are
 * made when the first of them is, and nothing for the others. Pages in turn are kept in groups, so that a search steps
 * over an absent range of any size at once.
 */
import type { Version } from '../store/object-names.ts';

const PAGE_CHUNKS = 1024;
const GROUP_PAGES = 1024;
const GROUP_CHUNKS = GROUP_PAGES * PAGE_CHUNKS;
/** Three words for each chunk: the generation, the low half of the sequence, and the rest. */
const WORDS = 3;
/** In the last word: 1 for the volume itself, more for what it stands on; 0: there is no version. */
const LAYER_MASK = 0xff;
const EMPTY_BIT = 0x100;
const DIRTY_BIT = 0x200;
const SEQUENCE_SHIFT = 16;

export interface MapEntry extends Version {
  /** 0: the volume's own; 1: of its nearest base, and so on. */
  readonly layer: number;
  /** The chunk is all zeroes. */
  readonly isEmpty: boolean;
}

/** What a volume can stand on, the bases of its bases included. */
export const LAYERS_MAX: number = LAYER_MASK - 1;

interface Page {
  readonly words: Uint32Array;
  /** How many chunks have a last word that is not 0. */
  used: number;
}

interface Group {
  /** By their number within the group. */
  readonly pages: (Page | undefined)[];
  /** How many of them exist: at least 1. */
  used: number;
}

export class ChunkMap {
  readonly #groups = new Map<number, Group>();
  #present = 0;
  #pages = 0;

  /** How many chunks have a version that is not empty. */
  get present(): number {
    return this.#present;
  }

  /** Bytes. */
  get memory(): number {
    return this.#pages * PAGE_CHUNKS * WORDS * 4;
  }

  /** Undefined: there is no version. */
  find(chunk: number): MapEntry | undefined {
    const words = this.#find(chunk)?.words;
    if (words === undefined) return undefined;
    const at = (chunk % PAGE_CHUNKS) * WORDS;
    const rest = words[at + 2] as number;
    if ((rest & LAYER_MASK) === 0) return undefined;
    return {
      generation: words[at] as number,
      sequence: (rest >>> SEQUENCE_SHIFT) * 2 ** 32 + (words[at + 1] as number),
      layer: (rest & LAYER_MASK) - 1,
      isEmpty: (rest & EMPTY_BIT) !== 0,
    };
  }

  /** Whether there is a version, be it empty or not. Hot path. */
  has(chunk: number): boolean {
    return (this.#rest(chunk) & LAYER_MASK) !== 0;
  }

  /** Whether there is a version that is not empty. Hot path. */
  hasData(chunk: number): boolean {
    const rest = this.#rest(chunk);
    return (rest & LAYER_MASK) !== 0 && (rest & EMPTY_BIT) === 0;
  }

  /** Whether that version is still the newest. */
  holds(chunk: number, { generation, sequence, layer }: MapEntry): boolean {
    const entry = this.find(chunk);
    return entry?.generation === generation && entry.sequence === sequence && entry.layer === layer;
  }

  set(chunk: number, { generation, sequence, layer, isEmpty }: MapEntry): void {
    const { words, at } = this.#place(chunk);
    this.#present += (isEmpty ? 0 : 1) - (this.hasData(chunk) ? 1 : 0);
    const rest = (words[at + 2] as number) & DIRTY_BIT;
    words[at] = generation;
    words[at + 1] = sequence % 2 ** 32;
    const high = Math.floor(sequence / 2 ** 32) << SEQUENCE_SHIFT;
    this.#setRest(chunk, rest | high | (isEmpty ? EMPTY_BIT : 0) | (layer + 1));
  }

  /** Forgets the version. */
  delete(chunk: number): void {
    if (this.hasData(chunk)) this.#present -= 1;
    this.#setRest(chunk, this.#rest(chunk) & DIRTY_BIT);
  }

  /** Marks a chunk that has something newer than any version. */
  setDirty(chunk: number, dirty: boolean): void {
    const rest = this.#rest(chunk);
    this.#setRest(chunk, dirty ? rest | DIRTY_BIT : rest & ~DIRTY_BIT);
  }

  isDirty(chunk: number): boolean {
    return (this.#rest(chunk) & DIRTY_BIT) !== 0;
  }

  /** The first chunk from `chunk` on, and before `end`, that is dirty or has a version; or `end`. */
  next(chunk: number, end: number): number {
    for (let at = chunk; at < end; ) {
      if (!this.#groups.has(Math.floor(at / GROUP_CHUNKS))) {
        at = (Math.floor(at / GROUP_CHUNKS) + 1) * GROUP_CHUNKS;
        continue;
      }
      const page = this.#find(at);
      const pageEnd = Math.min((Math.floor(at / PAGE_CHUNKS) + 1) * PAGE_CHUNKS, end);
      if (page === undefined) {
        at = pageEnd;
        continue;
      }
      for (; at < pageEnd; at++) {
        if (page.words[(at % PAGE_CHUNKS) * WORDS + 2] !== 0) return at;
      }
    }
    return end;
  }

  #rest(chunk: number): number {
    const words = this.#find(chunk)?.words;
    return words?.[(chunk % PAGE_CHUNKS) * WORDS + 2] ?? 0;
  }

  #setRest(chunk: number, rest: number): void {
    const before = this.#rest(chunk);
    if (before === rest >>> 0) return;
    const { page, words, at } = this.#place(chunk);
    words[at + 2] = rest;
    page.used += (rest === 0 ? 0 : 1) - (before === 0 ? 0 : 1);
    if (page.used === 0) this.#drop(chunk);
  }

  /** The page of the chunk, if there is one. */
  #find(chunk: number): Page | undefined {
    const group = this.#groups.get(Math.floor(chunk / GROUP_CHUNKS));
    return group?.pages[Math.floor(chunk / PAGE_CHUNKS) % GROUP_PAGES];
  }

  /** The page of the chunk, which is made if there is none. */
  #place(chunk: number): { page: Page; words: Uint32Array; at: number } {
    const at = (chunk % PAGE_CHUNKS) * WORDS;
    const found = this.#find(chunk);
    if (found !== undefined) return { page: found, words: found.words, at };
    const number = Math.floor(chunk / GROUP_CHUNKS);
    const group = this.#groups.get(number) ?? { pages: [], used: 0 };
    const page = { words: new Uint32Array(PAGE_CHUNKS * WORDS), used: 0 };
    group.pages[Math.floor(chunk / PAGE_CHUNKS) % GROUP_PAGES] = page;
    group.used += 1;
    this.#groups.set(number, group);
    this.#pages += 1;
    return { page, words: page.words, at };
  }

  #drop(chunk: number): void {
    const number = Math.floor(chunk / GROUP_CHUNKS);
    const group = this.#groups.get(number);
    if (group === undefined) return;
    group.pages[Math.floor(chunk / PAGE_CHUNKS) % GROUP_PAGES] = undefined;
    group.used -= 1;
    this.#pages -= 1;
    if (group.used === 0) this.#groups.delete(number);
  }
}
