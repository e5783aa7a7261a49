/**
 * Memory that threads share and that may grow: what the language has it for, in words that compilers of an
 * earlier standard know. An address space is reserved at once, and memory is taken as it is touched.
 */

export interface GrowableMemory extends SharedArrayBuffer {
  readonly maxByteLength: number;
  /** Makes it `length` bytes; the new ones are zero. Throws a `RangeError` for less than there is, or if memory has run out. */
  grow(length: number): void;
}

type Reserve = new (length: number, options: { readonly maxByteLength: number }) => GrowableMemory;

/**
 * Reserves room for `bytes`, of which none is there yet.
 *
 * @throws Error if this engine has no such memory, or no address space left
 */
export function reserveMemory(bytes: number): GrowableMemory {
  const Memory = SharedArrayBuffer as unknown as Reserve;
  let memory: GrowableMemory;
  try {
    memory = new Memory(0, { maxByteLength: bytes });
  } catch (cause) {
    throw new Error(`shared memory disk: cannot reserve ${bytes} bytes of address space`, {
      cause,
    });
  }
  if (typeof memory.grow === 'function') return memory;
  throw new Error('shared memory disk: expected an engine with growable shared memory');
}
