/**
 * Where a READ meets zeroes that need not be read, as the extents of the disk tell.
 */
import type { Request } from '@nbd/codec';
import { type Awaitable, checkExtents, clipExtents, type Driver, type Extent } from '@nbd/driver';
import type { ExportFacts } from '../server/transmission/export-facts.ts';
import { mustStillFit } from './current-size.ts';

/**
 * A hole below this is read like data: each one told costs a chunk, and a call of the disk for the data
 * behind it, so that a READ of many small holes would be slower than a plain one.
 */
const HOLE_BYTES_MIN = 64 * 1024;

/** Extents that are looked at for one READ: each may cost the disk a system call. */
const EXTENTS_MAX = 4096;

/** Pieces begin and end at multiples of this, or of the minimum block if it is more (C-214). */
const ALIGNMENT = 512;

/** Bytes from the start of the export. */
export interface Hole {
  readonly offset: number;
  readonly end: number;
}

/**
 * Adds to `holes` those in the range of the request, in order, and calls `looked` for each extent that it took to
 * find them. What the extents do not reach counts as data, and so does what is behind too many of them.
 *
 * @throws what `extents` does, and RangeError if they break their contract
 */
export function findHoles(
  driver: Driver,
  facts: ExportFacts,
  request: Request,
  holes: Hole[],
  looked: () => void,
): Awaitable<void> {
  if (driver.extents === undefined) return undefined;
  mustStillFit(driver, facts, request);
  const { size, blockMinimum } = facts;
  const { offset, length } = request;
  const answered = driver.extents(offset, length);
  const extents = clipExtents(checkExtents(answered, size - offset), length);
  const finder = new HoleFinder(offset, offset + length, Math.max(ALIGNMENT, blockMinimum), holes);
  let left = EXTENTS_MAX;
  const goesOn = (extent: Extent): boolean => {
    looked();
    finder.add(extent);
    return --left > 0;
  };
  if (!(Symbol.iterator in extents)) return findLater(extents, goesOn, finder);
  for (const extent of extents) {
    if (!goesOn(extent)) break;
  }
  finder.end();
  return undefined;
}

async function findLater(
  extents: AsyncIterable<Extent>,
  goesOn: (extent: Extent) => boolean,
  finder: HoleFinder,
): Promise<void> {
  for await (const extent of extents) {
    if (!goesOn(extent)) break;
  }
  finder.end();
}

class HoleFinder {
  readonly #start: number;
  readonly #end: number;
  readonly #unit: number;
  readonly #holes: Hole[];
  #at: number;
  /** Where the zeroes began that reach up to `#at`. */
  #from: number | undefined;

  constructor(start: number, end: number, unit: number, holes: Hole[]) {
    this.#start = start;
    this.#end = end;
    this.#unit = unit;
    this.#holes = holes;
    this.#at = start;
  }

  add({ length, zero }: Extent): void {
    if (!zero) this.end();
    else this.#from ??= this.#at;
    this.#at += length;
  }

  /** The zeroes end here, if there were any. */
  end(): void {
    if (this.#from === undefined) return;
    const from = this.#from === this.#start ? this.#start : roundUp(this.#from, this.#unit);
    const to = this.#at === this.#end ? this.#end : roundDown(this.#at, this.#unit);
    if (to - from >= HOLE_BYTES_MIN) this.#holes.push({ offset: from, end: to });
    this.#from = undefined;
  }
}

function roundDown(value: number, unit: number): number {
  return value - (value % unit);
}

function roundUp(value: number, unit: number): number {
  return roundDown(value + unit - 1, unit);
}
