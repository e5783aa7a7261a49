/** Chunks as the newest version on the map has them: those that were used last, up to so many bytes. */
export class ChunkCache {
  readonly #bytesMax: number;
  readonly #dropped: (bytes: Uint8Array) => void;
  /** The one that was used longest ago is the first. */
  readonly #chunks = new Map<number, Uint8Array>();
  #bytes = 0;

  /** `dropped` is told of memory that is in the cache no more. */
  constructor(bytesMax: number, dropped: (bytes: Uint8Array) => void = () => {}) {
    this.#bytesMax = bytesMax;
    this.#dropped = dropped;
  }

  /** Bytes. */
  get memory(): number {
    return this.#bytes;
  }

  has(chunk: number): boolean {
    return this.#chunks.has(chunk);
  }

  /** The chunk, never to be written to, and to be read at once; it is thereby the one that was used last. */
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
    if (bytes.length > this.#bytesMax) {
      this.#dropped(bytes);
      return;
    }
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
    this.#dropped(cached);
  }
}
