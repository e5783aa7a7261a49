/** Ranges of an export: whether they can be asked for, and the pieces that they are asked for in. */

/** A part of a range that one request can carry. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
}

/**
 * Sees to it that a range is inside the export and aligned (K-018, K-019).
 *
 * @throws RangeError that says what was expected
 */
export function checkRange(offset: number, length: number, size: number, minimum: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new RangeError(`offset must be a whole number of at least 0, not ${offset}`);
  }
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new RangeError(`length must be a whole number of at least 0, not ${length}`);
  }
  if (offset > size || length > size - offset) {
    throw new RangeError(
      `expected a range inside the export of ${size} bytes, found ${length} bytes at ${offset}`,
    );
  }
  if (offset % minimum !== 0 || length % minimum !== 0) {
    throw new RangeError(
      `expected multiples of the minimum block size, ${minimum}, found ${length} bytes at ${offset}`,
    );
  }
}

/** The largest multiple of `minimum` up to `bytes`, but at least `minimum`. */
export function alignedDown(bytes: number, minimum: number): number {
  return Math.max(bytes - (bytes % minimum), minimum);
}

/** `range` in order and without gaps, in pieces of at most `lengthMax`; nothing for an empty one. */
export function* piecesOf({ offset, length }: Piece, lengthMax: number): Generator<Piece> {
  const end = offset + length;
  for (let at = offset; at < end; at += lengthMax) {
    yield { offset: at, length: Math.min(lengthMax, end - at) };
  }
}

export function overlaps(a: Piece, b: Piece): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
