/**
 * Buffers as the session lends them: part of a larger memory, and used for something else as soon as
 * the call is answered.
 */

/** As a `Buffer` of Node is, which a session lends under TLS: its `slice` is no copy. */
class SlicedInPlace extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end);
  }
}

const GUARD_BYTES = 32;
const GUARD = 0xa5;
const POISON = 0xdb;

export class LentBuffer {
  /** What is handed to the driver. */
  readonly bytes: Uint8Array;
  readonly #memory: Uint8Array<ArrayBuffer>;

  private constructor(content: Uint8Array) {
    const end = GUARD_BYTES + content.length;
    this.#memory = new Uint8Array(end + GUARD_BYTES).fill(GUARD);
    this.bytes = new SlicedInPlace(this.#memory.buffer, GUARD_BYTES, content.length);
    this.bytes.set(content);
  }

  /** For a write of `content`. */
  static source(content: Uint8Array): LentBuffer {
    return new LentBuffer(content);
  }

  /** For a read that should find `expected`: it starts with no byte right, so that none can be left out. */
  static target(expected: Uint8Array): LentBuffer {
    return new LentBuffer(expected.map((byte) => ~byte));
  }

  /** Ends the loan: answers what the buffer holds, and spoils it for whoever has kept it. */
  takeBack(): Uint8Array {
    const content = new Uint8Array(this.bytes);
    const guards = [
      this.#memory.subarray(0, GUARD_BYTES),
      this.#memory.subarray(GUARD_BYTES + content.length),
    ];
    if (guards.some((guard) => guard.some((byte) => byte !== GUARD))) {
      throw new Error(`buffer of ${content.length} bytes: the driver wrote outside of it`);
    }
    this.#memory.fill(POISON);
    return content;
  }
}
