/**
 * The pages of a sparse disk, by number: only those that hold something exist.
 *
 * Two levels: pages are kept in groups of 1024 neighbours (64 MiB of disk), and a group exists while it
 * has a page. A look-up costs one `Map.get` and one index at any size of disk, and the numbers of the
 * groups are kept in order, so that a search for the next page steps over an absent range of any size at once.
 */

/** Bytes in a page. The last page of a disk is whole too; what lies beyond the end is never seen and stays zero. */
export const PAGE_BYTES = 0x1_0000;

const GROUP_PAGES = 1024;

interface Group {
  /** By page number within the group. */
  readonly pages: (Uint8Array | undefined)[];
  /** How many of them exist: at least 1. */
  count: number;
}

export class PageTable {
  readonly #groups = new Map<number, Group>();
  /** The keys of `#groups`, ascending. */
  readonly #order: number[] = [];

  /** The page of that number, if it exists. */
  find(page: number): Uint8Array | undefined {
    const number = Math.floor(page / GROUP_PAGES);
    return this.#groups.get(number)?.pages[page - number * GROUP_PAGES];
  }

  /** The page of that number; a new one is all zeroes. */
  make(page: number): Uint8Array {
    const number = Math.floor(page / GROUP_PAGES);
    const group = this.#makeGroup(number);
    const at = page - number * GROUP_PAGES;
    let bytes = group.pages[at];
    if (bytes === undefined) {
      bytes = new Uint8Array(PAGE_BYTES);
      group.pages[at] = bytes;
      group.count += 1;
    }
    return bytes;
  }

  /** Frees the pages from `first` up to, not including, `end`. */
  free(first: number, end: number): void {
    for (let page = this.next(first); page < end; page = this.next(page)) this.#freeOne(page);
  }

  /** The first page that exists from `page` on; `Infinity` if there is none. */
  next(page: number): number {
    let at = page % GROUP_PAGES;
    for (let i = this.#place(Math.floor(page / GROUP_PAGES)); i < this.#order.length; i += 1) {
      const number = this.#order[i] as number;
      if (number * GROUP_PAGES > page) at = 0;
      const pages = this.#groups.get(number)?.pages ?? [];
      for (; at < GROUP_PAGES; at += 1) {
        if (pages[at] !== undefined) return number * GROUP_PAGES + at;
      }
    }
    return Infinity;
  }

  #makeGroup(number: number): Group {
    const existing = this.#groups.get(number);
    if (existing !== undefined) return existing;
    const group: Group = { pages: Array.from({ length: GROUP_PAGES }), count: 0 };
    this.#groups.set(number, group);
    this.#order.splice(this.#place(number), 0, number);
    return group;
  }

  #freeOne(page: number): void {
    const number = Math.floor(page / GROUP_PAGES);
    const group = this.#groups.get(number);
    if (group === undefined) return;
    group.pages[page % GROUP_PAGES] = undefined;
    group.count -= 1;
    if (group.count > 0) return;
    this.#groups.delete(number);
    this.#order.splice(this.#place(number), 1);
  }

  /** Where in `#order` the first number stands that is at least `number`. */
  #place(number: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#order[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
