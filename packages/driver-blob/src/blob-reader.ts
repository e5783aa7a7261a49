/** Reads ranges of a blob, and says in a word that a client can be told why one cannot be read. */
import { DriverError } from '@nbd/driver';

/** What is used of a `Blob`. Those of browsers and of Node, and files, are such. */
export interface BlobLike {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` up to, not including, `end`. */
  slice(start: number, end: number): BlobLike;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export class BlobReader {
  readonly #blob: BlobLike;
  /** As it was when the disk was made. */
  readonly size: number;

  constructor(blob: BlobLike, size: number) {
    this.#blob = blob;
    this.size = size;
  }

  /**
   * The bytes from `from` up to `to`, which the caller owns.
   *
   * @throws DriverError EIO when the blob no longer has them
   */
  async read(from: number, to: number): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await this.#blob.slice(from, to).arrayBuffer());
    } catch (cause) {
      throw new DriverError(
        'EIO',
        `blob: cannot read ${to - from} bytes at ${from}, as it was changed, moved or made unreadable: ${String(cause)}`,
        { cause },
      );
    }
    if (bytes.length === to - from) return bytes;
    throw new DriverError(
      'EIO',
      `blob: expected ${to - from} bytes at ${from}, found ${bytes.length}: its size has changed`,
    );
  }
}
