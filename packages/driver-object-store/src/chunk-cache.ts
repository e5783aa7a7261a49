/** Chunks as the newest version on the map has them: those that were used last, up to so many bytes. */
export class ChunkCache {
  readonly #bytesMax: number;
  /** The one that was used longest ago is the first. */
  readonly #chunks = new Map<number, Uint8Array>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes. */
  get memory(): number {
    return this.#bytes;
  }

  has(chunk: number): boolean {
    return this.#chunks.has(chunk);
  }

  /** The chunk, never to be written to; it is thereby the one that was used last. */
  find(chunk: number): Uint8Array | undefined {
    const cached = this.#chunks.get(chunk);
    if (cached === undefined) return undefined;
    this.#chunks.delete(chunk);
    this.#chunks.set(chunk, cached);
    return cached;
  }

  /** Takes over `bytes`, in place of another version. */
  put(chunk: number, bytes: Uint8Array): void {
    this.delete(chunk);
    if (bytes.length > this.#bytesMax) return;
    this.#chunks.set(chunk, bytes);
    this.#bytes += bytes.length;
    for (const oldest of this.#chunks.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.delete(oldest);
    }
  }

  delete(chunk: number): void {
    const cached = this.#chunks.get(chunk);
    if (cached === undefined) return;
    this.#chunks.delete(chunk);
    this.#bytes -= cached.length;
  }
}
