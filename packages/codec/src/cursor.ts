/** Bounded reading of messages whose size is in the data. */
import { decodeText } from './text.ts';
import { readU64 } from './u64.ts';
import { WireError } from './wire-error.ts';

/**
 * Reads one message from front to back and cannot leave it: a length that the peer chose is
 * compared with what remains before it is used, so no sum of lengths can overflow.
 */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #message: string;
  /** 0 <= #at <= #bytes.length */
  #at = 0;

  /** `message` is the name of what is read, for the texts of errors. */
  constructor(bytes: Uint8Array, message: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#message = message;
  }

  /** How many bytes have not been read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  u64(): number {
    return readU64(this.#view, this.#advance(8));
  }

  /** The next `length` bytes, as a window on the bytes given to the constructor. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  /**
   * The next `length` bytes as a string. At least `after` bytes must follow it: a wrong length is
   * then called that, before bytes that are not text are taken for some.
   */
  text(length: number, after = 0): string {
    this.expectAtLeast(length + after);
    return decodeText(this.bytes(length));
  }

  /** Requires that everything has been read. */
  end(): void {
    this.expectRemaining(0);
  }

  /** Requires that exactly `length` bytes are left. */
  expectRemaining(length: number): void {
    if (this.remaining !== length) this.#failLength(`${length} bytes`);
  }

  /** Requires that at least `length` bytes are left. */
  expectAtLeast(length: number): void {
    if (length > this.remaining) this.#failLength(`at least ${length} bytes`);
  }

  #advance(length: number): number {
    this.expectAtLeast(length);
    const at = this.#at;
    this.#at += length;
    return at;
  }

  #failLength(expected: string): never {
    throw new WireError(
      'bad-length',
      `${this.#message}: expected ${expected} at ${this.#at}, found ${this.remaining}`,
    );
  }
}
