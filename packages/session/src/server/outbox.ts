/**
 * Bytes to send, built in place.
 *
 * A writer reserves a region of a slab, fills it when it can, and commits it when it is whole. Regions
 * leave in the order of their commits, and one that continues its neighbour joins it: replies
 * made one after the other leave as one segment, while one that has to wait for its disk holds up nothing.
 *
 * Small regions share one slab, large ones get their own. A region holds its slab from `reserve` until
 * the segment it became part of is sent; a segment has one hold, whatever the number of its regions. What is lent
 * leaves in its turn from where it lies.
 *
 * Hot path.
 */
import type { BufferPool, Slab } from '../memory/buffer-pool.ts';
import { SharedSlab } from '../memory/shared-slab.ts';

/** Replies that share a slab have this much, a good measure for one write to a socket. */
const SHARED_SLAB_BYTES = 512 * 1024;
/** A region above this gets a slab of its own. */
const SHARED_REGION_BYTES_MAX = 64 * 1024;

/** Bytes ready to be sent: whoever takes the segment releases its slab when they are gone. */
export interface Segment {
  readonly bytes: Uint8Array;
  /** Undefined: the bytes are the data of a READ, lent by the disk. */
  readonly slab: Slab | undefined;
}

export class Outbox {
  readonly #pool: BufferPool;
  readonly #shared: SharedSlab;

  /** The committed segments, those before `#first` are taken: slab if there is one, memory, start and end of each. */
  readonly #slabs: (Slab | undefined)[] = [];
  readonly #memories: Uint8Array[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #first = 0;
  #readyBytes = 0;

  /** The region that `reserve` made last. */
  slab!: Slab;
  at = 0;

  constructor(pool: BufferPool) {
    this.#pool = pool;
    this.#shared = new SharedSlab(pool, SHARED_SLAB_BYTES);
  }

  /** Bytes committed and not yet taken. */
  get readyBytes(): number {
    return this.#readyBytes;
  }

  /** Makes a region of `bytes`, found in `slab` at `at`. `apart`: in a slab of its own. */
  reserve(bytes: number, apart: boolean): void {
    if (apart || bytes > SHARED_REGION_BYTES_MAX) {
      this.slab = this.#pool.take(bytes);
      this.at = 0;
      return;
    }
    this.slab = this.#shared.place(bytes);
    this.slab.hold();
    this.at = this.#shared.end - bytes;
  }

  /** Queues the bytes of a reserved region, `start` to `end`, which may be less than was reserved. */
  commit(slab: Slab, start: number, end: number): void {
    this.#readyBytes += end - start;
    const last = this.#slabs.length - 1;
    if (last >= this.#first && this.#slabs[last] === slab && this.#ends[last] === start) {
      this.#ends[last] = end;
      slab.release();
      return;
    }
    this.#push(slab, slab.bytes, start, end);
  }

  /** Queues `bytes` where they lie. */
  lend(bytes: Uint8Array): void {
    this.#readyBytes += bytes.length;
    this.#push(undefined, bytes, 0, bytes.length);
  }

  /** Takes the oldest segment; its slab is now the taker's to release. */
  take(): Segment | undefined {
    const first = this.#first;
    if (first === this.#slabs.length) return undefined;
    const slab = this.#slabs[first];
    const memory = this.#memories[first] as Uint8Array;
    const start = this.#starts[first] as number;
    const end = this.#ends[first] as number;
    this.#readyBytes -= end - start;
    this.#first++;
    if (this.#first === this.#slabs.length) {
      this.#slabs.length = 0;
      this.#memories.length = 0;
      this.#starts.length = 0;
      this.#ends.length = 0;
      this.#first = 0;
    }
    // What is lent may be gone by now, if the disk breaks its word: that is not looked at here.
    return { bytes: slab === undefined ? memory : memory.subarray(start, end), slab };
  }

  /** Gives memory back that is not in use. */
  rest(): void {
    this.#shared.rest();
  }

  #push(slab: Slab | undefined, memory: Uint8Array, start: number, end: number): void {
    this.#slabs.push(slab);
    this.#memories.push(memory);
    this.#starts.push(start);
    this.#ends.push(end);
  }
}
