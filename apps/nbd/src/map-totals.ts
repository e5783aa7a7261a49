/** How much there is of each kind in a map. */
import type { Extent } from '@nbd/client';

export interface MapTotal {
  /** Bytes. */
  readonly size: number;
  /** Of the whole, 0 to 100. */
  readonly percent: number;
  /** How many extents. */
  readonly extents: number;
  /** The flags that they have in common. */
  readonly type: number | bigint;
}

export class MapTotals {
  readonly #sums = new Map<number | bigint, { size: number; extents: number }>();
  #whole = 0;

  add({ length, flags }: Extent): void {
    const sum = this.#sums.get(flags) ?? { size: 0, extents: 0 };
    this.#sums.set(flags, sum);
    sum.size += length;
    sum.extents += 1;
    this.#whole += length;
  }

  /** By `type`, the smallest first. */
  rows(): readonly MapTotal[] {
    return [...this.#sums]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([type, { size, extents }]) => ({
        size,
        percent: (size / this.#whole) * 100,
        extents,
        type,
      }));
  }
}
