/**
 * Extents, and the runs of other maps, as streams: made, checked, cut and joined one at a time, never
 * gathered, so that the map of a huge disk costs no more memory than that of a small one.
 *
 * Each function answers in the form it was given: an iterable for an iterable, which is by far the
 * quicker, an async iterable for an async one. When the reader stops early, the source is told.
 */
import type { Extent, Extents, MapRun, MapRuns } from './driver.ts';

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
  return through(extents, () => new Check<Extent>('extent', lengthMax, () => undefined));
}

/**
 * Passes on what a map answers, and throws a `RangeError` when that breaks the contract of
 * `DiskMap.runs`: what `checkExtents` finds, or a value that is not an integer of 0 to `valueMax`.
 */
export function checkRuns(
  runs: Iterable<MapRun>,
  lengthMax: number,
  valueMax: number,
): Iterable<MapRun>;
export function checkRuns(runs: MapRuns, lengthMax: number, valueMax: number): MapRuns;
export function checkRuns(runs: MapRuns, lengthMax: number, valueMax: number): MapRuns {
  const checkValue = ({ value }: MapRun, at: number) => {
    if (Number.isInteger(value) && value >= 0 && value <= valueMax) return;
    throw new RangeError(`run at ${at}: expected a value of 0 to ${valueMax}, found ${value}`);
  };
  return through(runs, () => new Check('run', lengthMax, checkValue));
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

/** What happens to the runs on their way, told apart from how they come. */
interface Stage<Run> {
  /** Takes one run in, and lets one out if one is ready. */
  take(run: Run): Run | undefined;
  /** The source has no more: lets out what was held back. */
  end(): Run | undefined;
  /** No further run matters. */
  readonly done: boolean;
}

class Check<Run extends { readonly length: number }> implements Stage<Run> {
  readonly done = false;
  /** What a run is called. */
  readonly #name: string;
  readonly #lengthMax: number;
  readonly #checkState: (run: Run, at: number) => void;
  #covered = 0;

  constructor(name: string, lengthMax: number, checkState: (run: Run, at: number) => void) {
    this.#name = name;
    this.#lengthMax = lengthMax;
    this.#checkState = checkState;
  }

  take(run: Run): Run {
    const { length } = run;
    const at = this.#covered;
    if (!Number.isSafeInteger(length) || length < 1) {
      throw new RangeError(
        `${this.#name} at ${at}: expected a length of at least 1, found ${length}`,
      );
    }
    if (length > this.#lengthMax - at) {
      throw new RangeError(
        `${this.#name} at ${at}: expected an end of at most ${this.#lengthMax}, found a length of ${length}`,
      );
    }
    this.#checkState(run, at);
    this.#covered += length;
    return run;
  }

  end(): undefined {
    if (this.#covered === 0) {
      throw new RangeError(`${this.#name}s: expected at least one, found none`);
    }
  }
}

class Clip implements Stage<Extent> {
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

class Merge implements Stage<Extent> {
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
function through<Run>(
  runs: Iterable<Run> | AsyncIterable<Run>,
  start: () => Stage<Run>,
): Iterable<Run> | AsyncIterable<Run> {
  if (Symbol.iterator in runs) {
    return { [Symbol.iterator]: () => throughSync(runs, start()) };
  }
  return { [Symbol.asyncIterator]: () => throughAsync(runs, start()) };
}

function* throughSync<Run>(runs: Iterable<Run>, stage: Stage<Run>): Generator<Run, void> {
  for (const run of runs) {
    const ready = stage.take(run);
    if (ready !== undefined) yield ready;
    if (stage.done) return;
  }
  const last = stage.end();
  if (last !== undefined) yield last;
}

async function* throughAsync<Run>(
  runs: AsyncIterable<Run>,
  stage: Stage<Run>,
): AsyncGenerator<Run, void> {
  for await (const run of runs) {
    const ready = stage.take(run);
    if (ready !== undefined) yield ready;
    if (stage.done) return;
  }
  const last = stage.end();
  if (last !== undefined) yield last;
}
