/**
 * Slices of a blob: those that were read lately, and those that are being read.
 *
 * The blob is cut into blocks of one size. A slice is a run of blocks that is read in one go; a block
 * belongs to one slice at the most, so whoever needs it shares that slice, whether it is there or under way.
 * The slices of both kinds never hold more than a bound: the ones that were used longest ago are given up,
 * and where all are under way, reads wait and what would be read ahead is not.
 */
import type { Awaitable } from '@nbd/driver';
import type { BlobReader } from './blob-reader.ts';

/** Small enough for random reads, and no slower than less: what a read of a blob costs is mostly the asking. */
export const BLOCK_BYTES: number = 64 * 1024;

/** Of the bound, what a single slice may take. */
const SLICE_SHARE = 1 / 8;
const SLICE_BYTES_MAX = 2 ** 20;

interface Slice {
  /** Bytes, from the start of the blob: whole blocks, but for the end of the blob. */
  readonly from: number;
  readonly to: number;
  /** What it holds, once it is there. */
  bytes: Uint8Array | undefined;
  /** Resolves when `bytes` is there; rejects when it cannot be. */
  readonly ready: Promise<Uint8Array>;
}

export class SliceCache {
  readonly #reader: BlobReader;
  readonly #bytesMax: number;
  readonly #sliceBytesMax: number;
  /** By the number of the block. */
  readonly #byBlock = new Map<number, Slice>();
  /** The one that was used longest ago is the first. */
  readonly #slices = new Set<Slice>();
  /** Bytes of all slices; never above `#bytesMax`. */
  #heldBytes = 0;
  /** Resolves when the next slice that is under way has settled. */
  #settled: Promise<void>;
  #tellSettled!: () => void;

  /** Holds `bytesMax` bytes at the most, which is eight blocks or more. */
  constructor(reader: BlobReader, bytesMax: number) {
    this.#reader = reader;
    this.#bytesMax = bytesMax;
    const share = Math.min(SLICE_BYTES_MAX, bytesMax * SLICE_SHARE);
    this.#sliceBytesMax = Math.floor(share / BLOCK_BYTES) * BLOCK_BYTES;
    this.#settled = this.#nextSettling();
  }

  /** Bytes that are kept or being read. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Fills `target` with the bytes at `offset`: at once where they are all there. */
  read(target: Uint8Array, offset: number): Awaitable<void> {
    for (let at = 0; at < target.length; ) {
      const slice = this.#find(offset + at);
      if (slice?.bytes === undefined) return this.#readRest(target, offset, at);
      at += copy(slice, slice.bytes, target, offset, at);
    }
  }

  /** Begins to read what is missing from `from` up to `to`, as far as there is room. */
  prefetch(from: number, to: number): void {
    for (let at = from; at < to; ) {
      const slice = this.#find(at) ?? this.#begin(at, to);
      if (slice === undefined) return;
      at = slice.to;
    }
  }

  /** Gives up everything. What is being read is dropped when it comes. */
  clear(): void {
    for (const slice of this.#slices) this.#drop(slice);
  }

  /** While one slice is copied, the next is on its way. */
  async #readRest(target: Uint8Array, offset: number, start: number): Promise<void> {
    const end = offset + target.length;
    for (let at = start; at < target.length; ) {
      const slice = this.#find(offset + at) ?? this.#begin(offset + at, end);
      if (slice === undefined) {
        await this.#settled;
        continue;
      }
      this.prefetch(slice.to, Math.min(slice.to + this.#sliceBytesMax, end));
      const to = Math.min(slice.to, end);
      let bytes: Uint8Array;
      try {
        bytes = await slice.ready;
      } catch {
        // It may be another's part of the slice that cannot be read: each read fails by its own range only.
        target.set(await this.#reader.read(offset + at, to), at);
        at = to - offset;
        continue;
      }
      at += copy(slice, bytes, target, offset, at);
    }
  }

  /** The slice that has the byte at `offset`, which is thereby the one used last. */
  #find(offset: number): Slice | undefined {
    const slice = this.#byBlock.get(Math.floor(offset / BLOCK_BYTES));
    if (slice === undefined) return undefined;
    this.#slices.delete(slice);
    this.#slices.add(slice);
    return slice;
  }

  /** Begins the slice of the missing block at `offset` and of those missing behind it, up to `end` or as far as there is room. */
  #begin(offset: number, end: number): Slice | undefined {
    const first = Math.floor(offset / BLOCK_BYTES);
    const from = first * BLOCK_BYTES;
    const wanted = Math.min(Math.ceil(end / BLOCK_BYTES) * BLOCK_BYTES - from, this.#sliceBytesMax);
    const last = Math.floor((from + Math.min(wanted, this.#roomFor(wanted))) / BLOCK_BYTES);
    let behind = first;
    while (behind < last && !this.#byBlock.has(behind)) behind += 1;
    if (behind === first) return undefined;
    const to = Math.min(behind * BLOCK_BYTES, this.#reader.size);
    const slice: Slice = { from, to, bytes: undefined, ready: this.#reader.read(from, to) };
    void this.#settle(slice);
    for (let block = first; block < behind; block++) this.#byBlock.set(block, slice);
    this.#slices.add(slice);
    this.#heldBytes += to - from;
    return slice;
  }

  /** Gives up slices until `wanted` bytes are free, and answers how many are: fewer where the rest is under way. */
  #roomFor(wanted: number): number {
    for (const slice of this.#slices) {
      if (this.#bytesMax - this.#heldBytes >= wanted) break;
      if (slice.bytes !== undefined) this.#drop(slice);
    }
    return this.#bytesMax - this.#heldBytes;
  }

  #drop(slice: Slice): void {
    if (!this.#slices.delete(slice)) return;
    for (let block = slice.from / BLOCK_BYTES; block * BLOCK_BYTES < slice.to; block++) {
      this.#byBlock.delete(block);
    }
    this.#heldBytes -= slice.to - slice.from;
  }

  /** Waits for a slice that has begun. What could not be read is no longer known: whoever needs it asks again. */
  async #settle(slice: Slice): Promise<void> {
    try {
      slice.bytes = await slice.ready;
    } catch {
      this.#drop(slice);
    }
    this.#tellSettled();
    this.#settled = this.#nextSettling();
  }

  #nextSettling(): Promise<void> {
    return new Promise((resolve) => {
      this.#tellSettled = resolve;
    });
  }
}

/** Copies what `slice` has of the bytes behind `at`, and answers how many those are. */
function copy(
  { from }: Slice,
  bytes: Uint8Array,
  target: Uint8Array,
  offset: number,
  at: number,
): number {
  const begin = offset + at - from;
  const part = bytes.subarray(begin, begin + target.length - at);
  target.set(part, at);
  return part.length;
}
