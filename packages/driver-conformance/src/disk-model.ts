/**
 * The disk as it should be: an array of bytes, some of which may be anything.
 */
import type { DriverConformanceOptions } from './conformance-options.ts';
import { LentViews } from './lent-views.ts';

export class DiskModel {
  readonly #options: Pick<DriverConformanceOptions, 'content' | 'forgetful'>;
  #bytes: Uint8Array;
  /** 1 where the byte is promised, 0 where a trim left it open. As long as `#bytes`. */
  #known: Uint8Array;
  readonly #views = new LentViews();

  constructor(size: number, options: Pick<DriverConformanceOptions, 'content' | 'forgetful'>) {
    this.#options = options;
    this.#bytes = new Uint8Array(size);
    if (options.content !== undefined) {
      for (let at = 0; at < size; at += 1) this.#bytes[at] = options.content(at);
    }
    this.#known = new Uint8Array(size).fill(1);
  }

  /** Bytes. */
  get size(): number {
    return this.#bytes.length;
  }

  /** A model that starts as this one is, and goes its own way. */
  copy(): DiskModel {
    const copy = new DiskModel(0, this.#options);
    copy.#bytes = this.#bytes.slice();
    copy.#known = this.#known.slice();
    return copy;
  }

  /** A copy of the bytes of a range; where they are open, one of the values they may have. */
  bytes(offset: number, length: number): Uint8Array {
    return this.#bytes.slice(offset, offset + length);
  }

  write(source: Uint8Array, offset: number): void {
    this.#views.mayChange(offset, source.length);
    if (this.#options.forgetful === true) return;
    this.#bytes.set(source, offset);
    this.#known.fill(1, offset, offset + source.length);
  }

  zero(offset: number, length: number): void {
    this.write(new Uint8Array(length), offset);
  }

  trim(offset: number, length: number): void {
    this.#views.mayChange(offset, length);
    if (this.#options.forgetful === true) return;
    this.#known.fill(0, offset, offset + length);
  }

  resize(size: number): void {
    const kept = Math.min(size, this.size);
    this.#views.mayChange(kept, Math.max(size, this.size) - kept);
    const bytes = new Uint8Array(size);
    const known = new Uint8Array(size).fill(1);
    bytes.set(this.#bytes.subarray(0, kept));
    known.set(this.#known.subarray(0, kept));
    this.#bytes = bytes;
    this.#known = known;
  }

  /** The driver has lent where the bytes at `offset` lie. */
  lends(view: Uint8Array, offset: number): void {
    this.#views.keep(view, offset);
  }

  /** Throws if a view has changed where the disk has not, since this was last called. */
  checkViews(): void {
    this.#views.check();
  }

  /** Whether the byte at `offset` may be `byte`. */
  allows(offset: number, byte: number): boolean {
    return this.#known[offset] === 0 || this.#bytes[offset] === byte;
  }

  /** Throws unless `found` may be what the disk holds at `offset`. */
  check(found: Uint8Array, offset: number): void {
    const wrong = found.findIndex((byte, i) => !this.allows(offset + i, byte));
    if (wrong === -1) return;
    throw new Error(
      `byte ${offset + wrong}: expected ${this.#bytes[offset + wrong]}, found ${found[wrong]}` +
        ` (byte ${wrong} of a read of ${found.length})`,
    );
  }
}
