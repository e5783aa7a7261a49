/**
 * A slab for small messages, one after the other: they leave together, and cost no loan each. It begins anew
 * when nothing is left in it, and another takes its place when it is full.
 *
 * Hot path.
 */
import type { BufferPool, Slab } from './buffer-pool.ts';

export class SharedSlab {
  readonly #pool: BufferPool;
  readonly #bytes: number;
  #slab: Slab | undefined;
  #end = 0;

  /** Slabs have `bytes` bytes. */
  constructor(pool: BufferPool, bytes: number) {
    this.#pool = pool;
    this.#bytes = bytes;
  }

  /** The slab in which the next `bytes` bytes are free, which end at `end`. A hold on it is the caller's to make. */
  place(bytes: number): Slab {
    let slab = this.#slab;
    if (slab !== undefined && slab.holds === 1) this.#end = 0;
    if (slab === undefined || this.#end + bytes > this.#bytes) {
      slab?.release();
      slab = this.#pool.take(this.#bytes);
      this.#slab = slab;
      this.#end = 0;
    }
    this.#end += bytes;
    return slab;
  }

  /** Where the last place ends. */
  get end(): number {
    return this.#end;
  }

  /** Gives the slab back when nothing is in it: an idle session owns no memory. */
  rest(): void {
    if (this.#slab === undefined || this.#slab.holds > 1) return;
    this.#slab.release();
    this.#slab = undefined;
  }
}
