/** The memory of chunks that are gone, by their numbers, while somebody holds it to whom it was lent. */

/** As many are kept track of before it is looked which of them are still held. */
const COUNT_MIN = 1024;

export class LentChunks {
  readonly #buffers = new Map<number, WeakRef<ArrayBufferLike>>();
  #countMax = COUNT_MIN;

  /** How many are kept track of. */
  get count(): number {
    return this.#buffers.size;
  }

  /** A chunk is gone that was lent. */
  give(chunk: number, { buffer }: Uint8Array): void {
    if (this.#buffers.size === this.#countMax) this.#forgetReleased();
    this.#buffers.set(chunk, new WeakRef(buffer));
  }

  /** Its memory, as it was left; undefined if nobody holds it. */
  take(chunk: number): Uint8Array | undefined {
    const buffer = this.#buffers.get(chunk)?.deref();
    this.#buffers.delete(chunk);
    return buffer === undefined ? undefined : new Uint8Array(buffer);
  }

  #forgetReleased(): void {
    for (const [chunk, buffer] of this.#buffers) {
      if (buffer.deref() === undefined) this.#buffers.delete(chunk);
    }
    this.#countMax = Math.max(COUNT_MIN, 2 * this.#buffers.size);
  }
}
