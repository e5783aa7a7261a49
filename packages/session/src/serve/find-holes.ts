/**
 * Where a READ meets zeroes that need not be read, as the extents of the disk tell.
 */
import type { Request } from '@nbd/codec';
import { type Awaitable, checkExtents, clipExtents, type Driver, type Extent } from '@nbd/driver';
import type { ExportFacts } from '../server/transmission/export-facts.ts';

/**
 * A hole below this is read like data: each one told costs a chunk, and a call of the disk for the data
 * behind it, so that a READ of many small holes would be slower than a plain one.
 */
const HOLE_BYTES_MIN = 64 * 1024;

/** Pieces begin and end at multiples of this, or of the minimum block if it is more (C-214). */
const ALIGNMENT = 512;

/** Bytes from the start of the export. */
export interface Hole {
  readonly offset: number;
  readonly end: number;
}

/**
 * Adds to `holes` those in the range of the request, in order. What the extents do not reach counts as data.
 *
 * @throws what `extents` does, and RangeError if they break their contract
 */
export function findHoles(
  driver: Driver,
  { size, blockMinimum }: ExportFacts,
  { offset, length }: Request,
  holes: Hole[],
): Awaitable<void> {
  if (driver.extents === undefined) return undefined;
  const answered = driver.extents(offset, length);
  const extents = clipExtents(checkExtents(answered, size - offset), length);
  const finder = new HoleFinder(offset, offset + length, Math.max(ALIGNMENT, blockMinimum), holes);
  if (!(Symbol.iterator in extents)) return findLater(extents, finder);
  for (const extent of extents) finder.add(extent);
  finder.end();
  return undefined;
}

async function findLater(extents: AsyncIterable<Extent>, finder: HoleFinder): Promise<void> {
  for await (const extent of extents) finder.add(extent);
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
