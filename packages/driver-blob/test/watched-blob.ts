/** A blob whose reads are counted, and answered when the test says so. */
import type { BlobLike } from '../src/index.ts';

/** A read that was asked for and not answered yet. Bytes, `to` not included. */
export interface AskedRead {
  readonly from: number;
  readonly to: number;
  /** Answers it with what the blob holds. */
  answer(): void;
  fail(error: unknown): void;
}

export class WatchedBlob implements BlobLike {
  readonly #blob: Blob;
  /** As "from-to". */
  readonly reads: string[] = [];
  /** Those that wait; none while `isHeld` is false. */
  readonly asked: AskedRead[] = [];
  isHeld: boolean;
  /** Bytes that are being read. */
  underWayBytes = 0;
  underWayBytesMax = 0;

  constructor(
    content: Uint8Array<ArrayBuffer>,
    { isHeld = false }: { readonly isHeld?: boolean } = {},
  ) {
    this.#blob = new Blob([content]);
    this.isHeld = isHeld;
  }

  get size(): number {
    return this.#blob.size;
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.slice(0, this.size).arrayBuffer();
  }

  slice(from: number, to: number): BlobLike {
    const slice = this.#blob.slice(from, to);
    return Object.assign(slice, { arrayBuffer: () => this.#read(from, to) });
  }

  async #read(from: number, to: number): Promise<ArrayBuffer> {
    this.reads.push(`${from}-${to}`);
    this.underWayBytes += to - from;
    this.underWayBytesMax = Math.max(this.underWayBytesMax, this.underWayBytes);
    try {
      if (this.isHeld) {
        await new Promise<void>((resolve, reject) => {
          this.asked.push({ from, to, answer: resolve, fail: reject });
        });
      }
      return await this.#blob.slice(from, to).arrayBuffer();
    } finally {
      this.underWayBytes -= to - from;
    }
  }
}

/** All that is decided without the outside world is decided. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
