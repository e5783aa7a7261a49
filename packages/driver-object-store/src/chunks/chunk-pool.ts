/**
 * Memory for chunks that are read or written, used again when nobody needs what is in it: new memory has to be cleared and
 * collected, which costs more than what is put into it.
 */

/** Bytes of free memory that are held, and two chunks at the least. */
const FREE_BYTES_MAX = 8 * 2 ** 20;
const FREE_CHUNKS_MIN = 2;

export class ChunkPool {
  /** What each has. */
  readonly chunkBytes: number;
  readonly #freeMax: number;
  readonly #free: Uint8Array[] = [];
  /** What was taken here: only that is nobody else's. */
  readonly #own = new WeakSet<Uint8Array>();

  constructor(chunkBytes: number) {
    this.chunkBytes = chunkBytes;
    this.#freeMax = Math.max(Math.floor(FREE_BYTES_MAX / chunkBytes), FREE_CHUNKS_MIN);
  }

  /** A chunk's memory, whatever is in it. */
  take(): Uint8Array {
    return this.#free.pop() ?? this.#make();
  }

  /** The same, with nothing but zeroes in it. */
  takeZeroes(): Uint8Array {
    return this.#free.pop()?.fill(0) ?? this.#make();
  }

  /** Nobody reads from it any more, and nobody writes to it. What was not taken here is left alone. */
  give(bytes: Uint8Array): void {
    if (this.#free.length < this.#freeMax && this.#own.has(bytes)) this.#free.push(bytes);
  }

  #make(): Uint8Array {
    const bytes = new Uint8Array(this.chunkBytes);
    this.#own.add(bytes);
    return bytes;
  }
}
