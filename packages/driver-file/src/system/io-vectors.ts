/**
 * Pieces of memory for system calls that take several: the array of `struct iovec`.
 *
 *   at  field
 *    0  address of the first byte
 *    8  length in bytes
 */
import type { BufferAddresses } from './buffer-addresses.ts';

/** Bytes of one entry, and its words of 4 bytes. */
const ENTRY_BYTES = 16;
const ENTRY_WORDS = ENTRY_BYTES / 4;
const WORD = 2 ** 32;

/**
 * One table for all calls of a thread: an entry is good until a call that was given it returns.
 *
 * Hot path.
 */
export class IoVectors {
  readonly #words: Uint32Array;
  readonly #address: number;
  readonly #addresses: BufferAddresses;

  /** A table of `entries`. */
  constructor(entries: number, addresses: BufferAddresses) {
    const memory = new ArrayBuffer(entries * ENTRY_BYTES);
    this.#words = new Uint32Array(memory);
    this.#address = addresses.of(new Uint8Array(memory));
    this.#addresses = addresses;
  }

  /** Makes the entry at `index` name the memory of `view`, which the caller keeps alive. */
  set(index: number, view: Uint8Array): void {
    const address = this.#addresses.of(view);
    const at = index * ENTRY_WORDS;
    // A store into a word keeps the low 32 bits of a safe integer.
    this.#words[at] = address;
    this.#words[at + 1] = address / WORD;
    this.#words[at + 2] = view.length;
  }

  /** The address of the entry at `index`, for the kernel. */
  addressOf(index: number): number {
    return this.#address + index * ENTRY_BYTES;
  }
}
