/**
 * Bytes received and not yet understood.
 *
 * What was received is borrowed from the transport, so all that can be acted on is read where it lies;
 * `keepRest` copies what is left. Hence two sources, read in order: `kept` and then `chunk`. A header
 * that lies across the border is completed in `kept`.
 *
 * Invariants: 0 <= start <= end <= length, for both sources; bytes are read from `chunk` only while
 * `kept` is empty.
 *
 * Hot path.
 */
import type { BufferPool, Slab } from './buffer-pool.ts';

const NOTHING = new Uint8Array(0);
const NO_VIEW = new DataView(NOTHING.buffer);

export class Inbox {
  readonly #pool: BufferPool;
  #chunk: Uint8Array = NOTHING;
  #chunkView: DataView = NO_VIEW;
  #chunkStart = 0;
  #kept: Slab | undefined;
  #keptStart = 0;
  #keptEnd = 0;
  /** Slabs that were too small for what was kept; what was lent may lie in them. */
  readonly #outgrown: Slab[] = [];

  /** Where `header` or `peek` found what it was asked for. */
  view: DataView = NO_VIEW;
  at = 0;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /** How many bytes are here. */
  get length(): number {
    return this.#keptEnd - this.#keptStart + this.#chunk.length - this.#chunkStart;
  }

  /** Adds `chunk`, which stays the caller's: it is borrowed until `keepRest`. */
  receive(chunk: Uint8Array): void {
    if (this.#chunkStart < this.#chunk.length) this.keepRest();
    this.#chunk = chunk;
    this.#chunkView = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#chunkStart = 0;
  }

  /** Reads past a header of `bytes` and says where it is in `view` and `at`; false: not all here yet. */
  header(bytes: number): boolean {
    if (!this.peek(bytes)) return false;
    if (this.#keptStart === this.#keptEnd) this.#chunkStart += bytes;
    else this.#keptStart += bytes;
    return true;
  }

  /** Says in `view` and `at` where the next `bytes` are, in one piece and not read past; false: not all here yet. */
  peek(bytes: number): boolean {
    const kept = this.#keptEnd - this.#keptStart;
    if (kept === 0) {
      if (this.#chunk.length - this.#chunkStart < bytes) return false;
      this.view = this.#chunkView;
      this.at = this.#chunkStart;
      return true;
    }
    if (kept < bytes) {
      const missing = Math.min(bytes - kept, this.#chunk.length - this.#chunkStart);
      this.#keep(this.#chunkStart + missing);
      if (this.#keptEnd - this.#keptStart < bytes) return false;
    }
    this.view = (this.#kept as Slab).view;
    this.at = this.#keptStart;
    return true;
  }

  /**
   * Reads past `bytes` bytes and answers them where they lie, if they lie in one piece; they are
   * borrowed until `receive` or `keepRest`. Never a subclass of Uint8Array.
   */
  lend(bytes: number): Uint8Array | undefined {
    const kept = this.#keptEnd - this.#keptStart;
    if (kept === 0) {
      if (this.#chunk.length - this.#chunkStart < bytes) return undefined;
      const start = this.#chunkStart;
      this.#chunkStart += bytes;
      // Plain, whatever came: of a Buffer of Node `subarray` would be one, whose `slice` is no copy.
      const { buffer, byteOffset } = this.#chunk;
      return new Uint8Array(buffer, byteOffset + start, bytes);
    }
    if (kept < bytes) return undefined;
    const start = this.#keptStart;
    this.#keptStart += bytes;
    return (this.#kept as Slab).bytes.subarray(start, start + bytes);
  }

  /** Moves bytes into `target` from position `filled` on, and answers how far it is filled now. */
  fill(target: Uint8Array, filled: number): number {
    let end = filled;
    const kept = Math.min(this.#keptEnd - this.#keptStart, target.length - end);
    if (kept > 0) {
      const { bytes } = this.#kept as Slab;
      target.set(bytes.subarray(this.#keptStart, this.#keptStart + kept), end);
      this.#keptStart += kept;
      end += kept;
    }
    const fresh = Math.min(this.#chunk.length - this.#chunkStart, target.length - end);
    if (fresh > 0) {
      target.set(this.#chunk.subarray(this.#chunkStart, this.#chunkStart + fresh), end);
      this.#chunkStart += fresh;
      end += fresh;
    }
    return end;
  }

  /** Drops up to `bytes` bytes and answers how many. */
  discard(bytes: number): number {
    const kept = Math.min(this.#keptEnd - this.#keptStart, bytes);
    this.#keptStart += kept;
    const fresh = Math.min(this.#chunk.length - this.#chunkStart, bytes - kept);
    this.#chunkStart += fresh;
    return kept + fresh;
  }

  /** Copies what is left of the borrowed chunk, which is the caller's again. Nothing that was lent is valid any more. */
  keepRest(): void {
    if (this.#keptStart === this.#keptEnd) this.#forgetKept();
    if (this.#chunkStart < this.#chunk.length) this.#keep(this.#chunk.length);
    while (this.#outgrown.length > 0) this.#outgrown.pop()?.release();
    this.#chunk = NOTHING;
    this.#chunkView = NO_VIEW;
    this.#chunkStart = 0;
  }

  /** Drops everything. */
  clear(): void {
    this.#chunkStart = this.#chunk.length;
    this.#keptStart = this.#keptEnd;
    this.keepRest();
  }

  /** Moves the bytes of the chunk before `chunkEnd` to the end of `kept`. */
  #keep(chunkEnd: number): void {
    const moved = this.#chunk.subarray(this.#chunkStart, chunkEnd);
    const kept = this.#keptEnd - this.#keptStart;
    const old = this.#kept;
    if (old === undefined || old.bytes.length - this.#keptEnd < moved.length) {
      const room = this.#pool.take(kept + moved.length);
      if (old !== undefined) {
        room.bytes.set(old.bytes.subarray(this.#keptStart, this.#keptEnd));
        this.#outgrown.push(old);
      }
      this.#kept = room;
      this.#keptStart = 0;
      this.#keptEnd = kept;
    }
    (this.#kept as Slab).bytes.set(moved, this.#keptEnd);
    this.#keptEnd += moved.length;
    this.#chunkStart = chunkEnd;
  }

  #forgetKept(): void {
    this.#kept?.release();
    this.#kept = undefined;
    this.#keptStart = 0;
    this.#keptEnd = 0;
  }
}
