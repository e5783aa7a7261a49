/**
 * Bytes to send, in the order in which they were said. Small messages are built one after the other in a shared
 * slab and leave as one segment; the payload of a large WRITE leaves from where its caller has it.
 *
 * A segment has one hold on its slab, whatever the number of messages in it.
 *
 * Hot path.
 */
import type { BufferPool, Slab } from '../memory/buffer-pool.ts';
import { SharedSlab } from '../memory/shared-slab.ts';

/** Room for a thousand requests, or a few small payloads. */
const SHARED_SLAB_BYTES = 64 * 1024;

/** Bytes to send: whoever takes the segment releases its slab when they are gone. */
export interface ClientSegment {
  readonly bytes: Uint8Array;
  /** Undefined: the bytes are the payload of a WRITE, lent by its caller. */
  readonly slab: Slab | undefined;
}

interface Piece {
  readonly slab: Slab | undefined;
  readonly bytes: Uint8Array;
  readonly start: number;
  end: number;
}

export class ClientOutbox {
  readonly #pool: BufferPool;
  readonly #shared: SharedSlab;
  /** The pieces before `#first` are taken. */
  readonly #pieces: Piece[] = [];
  #first = 0;
  #readyBytes = 0;

  /** The place that `append` made last. */
  slab!: Slab;
  at = 0;

  constructor(pool: BufferPool) {
    this.#pool = pool;
    this.#shared = new SharedSlab(pool, SHARED_SLAB_BYTES);
  }

  /** Bytes that are not taken yet. */
  get readyBytes(): number {
    return this.#readyBytes;
  }

  /** Queues `bytes` bytes, found in `slab` at `at`, where they must be written at once. */
  append(bytes: number): void {
    this.#readyBytes += bytes;
    if (bytes > SHARED_SLAB_BYTES) {
      this.slab = this.#pool.take(bytes);
      this.at = 0;
      this.#pieces.push({ slab: this.slab, bytes: this.slab.bytes, start: 0, end: bytes });
      return;
    }
    const shared = this.#shared.place(bytes);
    const at = this.#shared.end - bytes;
    this.slab = shared;
    this.at = at;
    const last = this.#pieces[this.#pieces.length - 1];
    // The slab begins anew only when nothing waits in it, so this goes right behind.
    if (last?.slab === shared) {
      last.end = at + bytes;
      return;
    }
    shared.hold();
    this.#pieces.push({ slab: shared, bytes: shared.bytes, start: at, end: at + bytes });
  }

  /** Queues `bytes` where they lie. */
  lend(bytes: Uint8Array): void {
    this.#readyBytes += bytes.length;
    this.#pieces.push({ slab: undefined, bytes, start: 0, end: bytes.length });
  }

  /** Takes the oldest segment; its slab is now the taker's to release. */
  take(): ClientSegment | undefined {
    const piece = this.#pieces[this.#first];
    if (piece === undefined) return undefined;
    this.#first++;
    if (this.#first === this.#pieces.length) {
      this.#pieces.length = 0;
      this.#first = 0;
    }
    const { slab, bytes, start, end } = piece;
    this.#readyBytes -= end - start;
    return { bytes: bytes.subarray(start, end), slab };
  }

  /** Drops everything. */
  clear(): void {
    for (let segment = this.take(); segment !== undefined; segment = this.take()) {
      segment.slab?.release();
    }
    this.rest();
  }

  /** Gives memory back that is not in use. */
  rest(): void {
    this.#shared.rest();
  }
}
