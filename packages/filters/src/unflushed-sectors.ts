/**
 * What was written to a disk and is not on stable storage yet: for each sector all that it has been since
 * the last flush, as any of it may be what a crash leaves.
 */

/** A sector that is rewritten more often than this between two flushes forgets the middle of its history. */
const VERSIONS_MAX = 64;

export class UnflushedSectors {
  /** By number of the sector; the last of each is what reads find. Versions are never changed. */
  readonly #versions = new Map<number, Uint8Array[]>();

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

  /** Its latest version is on stable storage, or it never will be. */
  forget(sector: number): void {
    this.#versions.delete(sector);
  }
}
