/**
 * The memory of replies that a channel has been given and still needs, a list of slabs for each send, the oldest first; and
 * how much of it there may be.
 */
import type { BufferPool, Slab } from '../memory/buffer-pool.ts';

export class Unsent {
  readonly #bytesMax: number;
  readonly #pool: BufferPool;
  readonly #sends: (Slab | undefined)[][] = [];

  /** Never more than `bytesMax`, and less when `pool` has little left. */
  constructor(bytesMax: number, pool: BufferPool) {
    this.#bytesMax = bytesMax;
    this.#pool = pool;
  }

  /**
   * How many bytes may wait for the peer now. It has a bound only while the channel has yet to tell `sent`, which ends
   * the wait.
   */
  bytesMax(): number {
    if (this.#sends.length === 0) return Number.MAX_VALUE;
    return Math.min(this.#bytesMax, this.#pool.unsentShare);
  }

  /**
   * A send that the channel is not done with: of all its bytes it needs the last `keptBytes`. `slabs[i]` belongs to
   * `segments[i]`; those that lie before are released.
   */
  add(
    segments: readonly Uint8Array[],
    slabs: (Slab | undefined)[],
    keptBytes: number = Number.POSITIVE_INFINITY,
  ): void {
    let first = segments.length;
    for (let bytes = 0; first > 0 && bytes < keptBytes; ) bytes += segments[--first]?.length ?? 0;
    releaseAll(slabs.splice(0, first));
    this.#sends.push(slabs);
  }

  /** The channel is done with the oldest send. */
  sent(): void {
    releaseAll(this.#sends.shift() ?? []);
  }

  /** The channel is done with all of them. */
  clear(): void {
    for (const slabs of this.#sends.splice(0)) releaseAll(slabs);
  }
}

/** Releases one hold on each. */
export function releaseAll(slabs: readonly (Slab | undefined)[]): void {
  for (const slab of slabs) slab?.release();
}
