/** Bytes of a DataView, for the parts of a message that are copied or filled as a block. */

/**
 * The `length` bytes of `view` from `at` on, as a window on the same memory.
 *
 * @throws RangeError if they do not all lie inside the view. The buffer below may be larger, and
 * what is outside the view belongs to someone else.
 */
export function viewBytes(view: DataView, at: number, length: number): Uint8Array {
  if (length > view.byteLength - at) {
    throw new RangeError(
      `expected room for ${length} bytes at ${at}, found ${view.byteLength - at}`,
    );
  }
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}
