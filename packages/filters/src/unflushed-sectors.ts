/**
 * What was written to a disk and is not on stable storage yet: for each sector all that it has been since
 * the last flush, as any of it may be what a crash leaves.
 */

/** A sector that is rewritten more often than this between two flushes forgets the middle of its history. */
const VERSIONS_MAX = 64;

/** Neighbours of one kind. */
export interface SectorRun {
  readonly first: number;
  /** What reads find of each. */
  readonly pieces: readonly Uint8Array[];
  /** Which zeroes they all are; undefined: data. */
  readonly zeroes: Uint8Array | undefined;
}

export class UnflushedSectors {
  /** Sectors of zeroes: one that may become a hole, and one that must keep its space. They are told apart by identity. */
  readonly hole: Uint8Array;
  readonly reserved: Uint8Array;
  /** By number of the sector; the last of each is what reads find. Versions are never changed. */
  readonly #versions = new Map<number, Uint8Array[]>();

  constructor(sectorBytes: number) {
    this.hole = new Uint8Array(sectorBytes);
    this.reserved = new Uint8Array(sectorBytes);
  }

  /** How many sectors have something to lose. */
  get size(): number {
    return this.#versions.size;
  }

  /** What reads find; `undefined`: what is on stable storage. */
  latest(sector: number): Uint8Array | undefined {
    return this.#versions.get(sector)?.at(-1);
  }

  /** All that the sector has been, the oldest first. */
  versions(sector: number): readonly Uint8Array[] {
    return this.#versions.get(sector) ?? [];
  }

  /** The bytes now belong to the sectors. */
  add(sector: number, bytes: Uint8Array): void {
    const versions = this.#versions.get(sector);
    if (versions === undefined) {
      this.#versions.set(sector, [bytes]);
      return;
    }
    if (versions.length === VERSIONS_MAX) versions.splice(VERSIONS_MAX / 2, 1);
    versions.push(bytes);
  }

  /** Those from `first` to before `end`, in order. */
  within(first: number, end: number): number[] {
    if (end - first < this.#versions.size) {
      return Array.from({ length: end - first }, (_, i) => first + i).filter((sector) =>
        this.#versions.has(sector),
      );
    }
    return [...this.#versions.keys()]
      .filter((sector) => sector >= first && sector < end)
      .toSorted((a, b) => a - b);
  }

  /** The sectors, which are some of `within`, in runs of at most `countMax`, but of one at least. */
  runs(sectors: readonly number[], countMax: number): SectorRun[] {
    const runs: SectorRun[] = [];
    for (let at = 0; at < sectors.length; ) {
      const first = sectors[at] as number;
      const zeroes = this.#zeroesOf(first);
      const pieces: Uint8Array[] = [];
      do pieces.push(this.latest(sectors[at++] as number) as Uint8Array);
      while (
        pieces.length < countMax &&
        sectors[at] === first + pieces.length &&
        this.#zeroesOf(first + pieces.length) === zeroes
      );
      runs.push({ first, pieces, zeroes });
    }
    return runs;
  }

  /** Its latest version is on stable storage, or it never will be. */
  forget(sector: number): void {
    this.#versions.delete(sector);
  }
  #zeroesOf(sector: number): Uint8Array | undefined {
    const latest = this.latest(sector);
    return latest === this.hole || latest === this.reserved ? latest : undefined;
  }
}
