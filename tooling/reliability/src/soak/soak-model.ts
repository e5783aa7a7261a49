/**
 * What a region of a disk may hold, sector by sector, when one client at a time uses it: what it was last known to hold, and
 * what was asked for since and not answered with success, which may have been done, in part, or not at all.
 */
import { BLOCK_BYTES, stampsIn, ZEROES } from '../stamped-blocks.ts';

export class SoakModel {
  readonly #known: Int32Array;
  /** By sector: what it may hold besides. */
  readonly #open = new Map<number, Set<number>>();

  /** A region of so many sectors, all zeroes. */
  constructor(sectors: number) {
    this.#known = new Int32Array(sectors).fill(ZEROES);
  }

  /** All of these sectors hold `stamp`, and nothing else. */
  done(stamp: number, first: number, count: number): void {
    this.#known.fill(stamp, first, first + count);
    for (let sector = first; sector < first + count; sector++) this.#open.delete(sector);
  }

  /** These sectors may hold `stamp` from now on: a change failed, or was lost, or leaves it open. */
  maybe(stamp: number, first: number, count: number): void {
    for (let sector = first; sector < first + count; sector++) {
      let open = this.#open.get(sector);
      if (open === undefined) {
        open = new Set();
        this.#open.set(sector, open);
      }
      open.add(stamp);
    }
  }

  /** How many of the sectors from `first` on, read as `bytes`, cannot be; `place` is where the region begins on the disk. */
  wrong(bytes: Uint8Array, first: number, place: number): number {
    let wrong = 0;
    for (let at = 0, sector = first; at < bytes.length; at += BLOCK_BYTES, sector++) {
      const open = this.#open.get(sector);
      const known = this.#known[sector] as number;
      const found = stampsIn(bytes, at, place + sector);
      const possible =
        open === undefined
          ? found.length === 1 && found[0] === known
          : found.every((stamp) => stamp === known || open.has(stamp));
      if (!possible) wrong += 1;
    }
    return wrong;
  }
}
