/**
 * The memory of replies that a channel has been given and still needs, a list of slabs for each send, the oldest first.
 */
import type { Slab } from '../memory/buffer-pool.ts';

export class Unsent {
  readonly #sends: Slab[][] = [];

  /** Whether the channel has nothing to tell any more. */
  get isEmpty(): boolean {
    return this.#sends.length === 0;
  }

  /**
   * A send that the channel is not done with: of all its bytes it needs the last `keptBytes`. `slabs[i]` belongs to
   * `segments[i]`; those that lie before are released.
   */
  add(
    segments: readonly Uint8Array[],
    slabs: Slab[],
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
export function releaseAll(slabs: readonly Slab[]): void {
  for (const slab of slabs) slab.release();
}
