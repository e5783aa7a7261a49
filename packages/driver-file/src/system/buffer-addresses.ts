/**
 * Where the memory of a target lies, for system calls that take addresses.
 *
 * Hot path: asked once per read. Targets are views of a few pooled buffers, and the memory of an
 * `ArrayBuffer` never moves, so the address of each buffer is found out once.
 */
export class BufferAddresses {
  readonly #find: (buffer: ArrayBufferLike) => number;
  readonly #known = new WeakMap<ArrayBufferLike, number>();
  /** The buffer asked for last, which is nearly always asked for next. Keeps that one buffer alive. */
  #last: ArrayBufferLike | undefined;
  #lastAddress = 0;

  /** `find` answers the address of the first byte; user addresses are safe integers. */
  constructor(find: (buffer: ArrayBufferLike) => number) {
    this.#find = find;
  }

  /** The address of the first byte of `view`. The caller keeps `view` alive while it is used. */
  of(view: Uint8Array): number {
    const buffer = view.buffer;
    if (buffer !== this.#last) this.#recall(buffer);
    return this.#lastAddress + view.byteOffset;
  }

  #recall(buffer: ArrayBufferLike): void {
    let address = this.#known.get(buffer);
    if (address === undefined) {
      address = this.#find(buffer);
      this.#known.set(buffer, address);
    }
    this.#last = buffer;
    this.#lastAddress = address;
  }
}
