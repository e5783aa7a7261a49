/**
 * Extents as streams: made, checked, cut and joined one at a time, never gathered, so that the map of
 * a huge disk costs no more memory than that of a small one.
 *
 * Each function answers in the form it was given: an iterable for an iterable, which is by far the
 * quicker, an async iterable for an async one. When the reader stops early, the source is told.
 */
import type { Extent, Extents } from './driver.ts';

/** A range that holds data, as far as the disk knows. */
export function dataExtent(length: number): Extent {
  return { length, hole: false, zero: false };
}

/** A range that takes no space and reads as zeroes. */
export function holeExtent(length: number): Extent {
  return { length, hole: true, zero: true };
}

/**
 * Passes on what a driver answers, and throws a `RangeError` when that breaks the contract of
 * `Driver.extents`: no extent at all, a length that is not a safe integer of at least 1, or an end
 * beyond `lengthMax` bytes, which is the distance from the first offset to the end of the disk.
 */
export function checkExtents(extents: Iterable<Extent>, lengthMax: number): Iterable<Extent>;
export function checkExtents(extents: Extents, lengthMax: number): Extents;
export function checkExtents(extents: Extents, lengthMax: number): Extents {
  return through(extents, () => new Check(lengthMax));
}

/**
 * The first `length` bytes of the extents, `length` being at least 1: the last is cut to fit, and
 * nothing is asked of the source once it is reached. Extents that end earlier stay as they are.
 */
export function clipExtents(extents: Iterable<Extent>, length: number): Iterable<Extent>;
export function clipExtents(extents: Extents, length: number): Extents;
export function clipExtents(extents: Extents, length: number): Extents {
  return through(extents, () => new Clip(length));
}

/**
 * Joins neighbours of equal state into one. An extent is passed on when the next of another state
 * is seen, so clip first when the source may be long.
 */
export function mergeExtents(extents: Iterable<Extent>): Iterable<Extent>;
export function mergeExtents(extents: Extents): Extents;
export function mergeExtents(extents: Extents): Extents {
  return through(extents, () => new Merge());
}

/** What happens to the extents on their way, told apart from how they come. */
interface Stage {
  /** Takes one extent in, and lets one out if one is ready. */
  take(extent: Extent): Extent | undefined;
  /** The source has no more: lets out what was held back. */
  end(): Extent | undefined;
  /** No further extent matters. */
  readonly done: boolean;
}

class Check implements Stage {
  readonly done = false;
  readonly #lengthMax: number;
  #covered = 0;

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  take(extent: Extent): Extent {
    if (!Number.isSafeInteger(extent.length) || extent.length < 1) {
      throw new RangeError(
        `extent at ${this.#covered}: expected a length of at least 1, found ${extent.length}`,
      );
    }
    if (extent.length > this.#lengthMax - this.#covered) {
      throw new RangeError(
        `extent at ${this.#covered}: expected an end of at most ${this.#lengthMax}, found a length of ${extent.length}`,
      );
    }
    this.#covered += extent.length;
    return extent;
  }

  end(): undefined {
    if (this.#covered === 0) throw new RangeError('extents: expected at least one, found none');
  }
}

class Clip implements Stage {
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get done(): boolean {
    return this.#left <= 0;
  }

  take(extent: Extent): Extent {
    const fits = extent.length <= this.#left;
    const clipped = fits ? extent : { ...extent, length: this.#left };
    this.#left -= clipped.length;
    return clipped;
  }

  end(): undefined {}
}

class Merge implements Stage {
  readonly done = false;
  #held: Extent | undefined;

  take(extent: Extent): Extent | undefined {
    const held = this.#held;
    if (held?.hole === extent.hole && held.zero === extent.zero) {
      this.#held = { ...held, length: held.length + extent.length };
      return undefined;
    }
    this.#held = extent;
    return held;
  }

  end(): Extent | undefined {
    return this.#held;
  }
}

/** Each reading of the answer starts with a stage of its own. */
function through(extents: Extents, start: () => Stage): Extents {
  if (Symbol.iterator in extents) {
    return { [Symbol.iterator]: () => throughSync(extents, start()) };
  }
  return { [Symbol.asyncIterator]: () => throughAsync(extents, start()) };
}

function* throughSync(extents: Iterable<Extent>, stage: Stage): Generator<Extent, void> {
  for (const extent of extents) {
    const ready = stage.take(extent);
    if (ready !== undefined) yield ready;
    if (stage.done) return;
  }
  const last = stage.end();
  if (last !== undefined) yield last;
}

async function* throughAsync(
  extents: AsyncIterable<Extent>,
  stage: Stage,
): AsyncGenerator<Extent, void> {
  for await (const extent of extents) {
    const ready = stage.take(extent);
    if (ready !== undefined) yield ready;
    if (stage.done) return;
  }
  const last = stage.end();
  if (last !== undefined) yield last;
}
