/** Answers `size` if a disk can have it, else throws a `RangeError` that begins with `what`. */
export function checkSize(what: string, size: number): number {
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new RangeError(`${what}: expected a size of 0 to 2^53 - 1, found ${size}`);
}
