/**
 * A disk with a write cache that loses what was not flushed.
 *
 * Changes are kept in memory, sector by sector, and reach the disk within by a flush, or on their own with
 * FUA, in nothing but the sectors that the change touches. A crash leaves each of the other changed sectors
 * as it was, as it is, or as anything that it has been in between, and so tears what is larger than a sector.
 */
import { type Awaitable, type Driver, dataExtent, type Extent, filter } from '@nbd/driver';
import { seededRandom } from './seeded-random.ts';
import { type SectorRun, UnflushedSectors } from './unflushed-sectors.ts';

/** The largest write that a flush makes of neighbouring sectors. */
const RUN_BYTES_MAX = 256 * 1024;
/** A larger zero or trim is done within at once, which a cache may do. */
const REMEMBERED_BYTES_MAX = 16 * 2 ** 20;

const PLAIN = { fua: false };

export interface CrashableDiskOptions {
  /**
   * What survives a crash whole or not at all: bytes, a power of two. Default 512, or the smallest block of the
   * disk within where that is larger.
   */
  readonly sectorBytes?: number;
}

export interface CrashOptions {
  /** Decides what is left: the same seed and the same calls before leave the same. Default 0. */
  readonly seed?: number;
  /** "some" of what was not flushed is left, sector by sector; or "none" of it, or "all". Default "some". */
  readonly keep?: 'some' | 'none' | 'all';
}

export interface CrashReport {
  /** Of how many sectors the last change was not flushed. */
  readonly unflushedSectors: number;
  /** How many of these have lost it. */
  readonly lostSectors: number;
}

/** A disk behind a write cache that a `crash` empties: what was flushed, or written with FUA, stays. It owns the disk within. */
export class CrashableDisk {
  /**
   * The disk, for exports and filters. It honours FUA, has the methods of the disk within, and does one call after the
   * other. A disk within that has no `flush` has no cache either, and loses nothing. Closing it flushes, and closes the disk within.
   */
  readonly driver: Driver;
  readonly #inner: Driver;
  readonly #sectorBytes: number;
  readonly #unflushed: UnflushedSectors;
  /** Settles with the last of the calls that were made. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * From now on `inner` is used through this alone.
   *
   * @throws RangeError for `sectorBytes` that cannot be
   */
  constructor(inner: Driver, options: CrashableDiskOptions = {}) {
    const { minimum = 1 } = inner.blockSize ?? {};
    const { sectorBytes = Math.max(512, minimum) } = options;
    if (!(Number.isInteger(Math.log2(sectorBytes)) && sectorBytes >= minimum)) {
      throw new RangeError(
        `sectorBytes: expected a power of two of at least ${minimum}, found ${sectorBytes}`,
      );
    }
    this.#inner = inner;
    this.#sectorBytes = sectorBytes;
    this.#unflushed = new UnflushedSectors(sectorBytes);
    this.driver = this.#makeDriver();
  }

  /** Bytes of the sectors that are not on stable storage. */
  get unflushedBytes(): number {
    return this.#unflushed.size * this.#sectorBytes;
  }

  /** What clients would read now. The range must lie inside the disk; the bytes are the caller's own. */
  async bytes(offset: number, length: number): Promise<Uint8Array> {
    const target = new Uint8Array(length);
    if (length > 0) await this.driver.read(target, offset);
    return target;
  }

  /** What is on stable storage, whatever happens. */
  async stableBytes(offset: number, length: number): Promise<Uint8Array> {
    const target = new Uint8Array(length);
    if (length > 0) await this.#inLine(() => this.#inner.read(target, offset));
    return target;
  }

  /**
   * The power fails and returns, after the calls made so far: of what was not flushed, only what chance has
   * left is there. Calls that are made afterwards find the disk so.
   */
  crash({ seed = 0, keep = 'some' }: CrashOptions = {}): Promise<CrashReport> {
    const random = seededRandom(seed);
    return this.#inLine(async () => {
      const sectors = this.#unflushed.within(0, Number.POSITIVE_INFINITY);
      let lostSectors = 0;
      for (const sector of sectors) {
        const versions = this.#unflushed.versions(sector);
        const drawn = Math.floor(random() * (versions.length + 1));
        const chosen = { some: drawn, none: 0, all: versions.length }[keep];
        const left = versions[chosen - 1];
        if (left !== undefined) await this.#inner.write?.(left, sector * this.#sectorBytes, PLAIN);
        if (chosen < versions.length) lostSectors += 1;
        this.#unflushed.forget(sector);
      }
      await this.#inner.flush?.();
      return { unflushedSectors: sectors.length, lostSectors };
    });
  }

  #makeDriver(): Driver {
    const inner = this.#inner;
    return filter(inner, {
      fua: inner.write && 'native',
      read: (target, offset) => this.#inLine(() => this.#read(target, offset)),
      write:
        inner.write &&
        ((source, offset, { fua }) => this.#inLine(() => this.#write(source, offset, fua))),
      flush: inner.flush && (() => this.#inLine(() => this.#flushAll())),
      trim:
        inner.trim &&
        ((offset, length, { fua }) => {
          const within = () => inner.trim?.(offset, length, PLAIN);
          return this.#inLine(() => this.#clear(offset, length, this.#unflushed.hole, fua, within));
        }),
      zero:
        inner.zero &&
        ((offset, length, { fua, mayTrim, fast }) => {
          const within = () => inner.zero?.(offset, length, { fua: false, mayTrim, fast });
          const zeroes = mayTrim ? this.#unflushed.hole : this.#unflushed.reserved;
          return this.#inLine(() => this.#clear(offset, length, zeroes, fua, within));
        }),
      extents: inner.extents && ((offset, length) => this.#extents(offset, length)),
      resize:
        inner.resize &&
        ((size) =>
          this.#inLine(async () => {
            await this.#flushAll();
            await inner.resize?.(size);
          })),
      close: () =>
        this.#inLine(async () => {
          try {
            await this.#flushAll();
          } finally {
            await inner.close?.();
          }
        }),
    });
  }

  /** One call after the other, in the order in which they are made. */
  #inLine<T>(task: () => Awaitable<T>): Promise<T> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #read(target: Uint8Array, offset: number): Promise<void> {
    await this.#inner.read(target, offset);
    for (const sector of this.#unflushedIn(offset, target.length)) {
      const start = sector * this.#sectorBytes - offset;
      const from = Math.max(0, -start);
      const bytes = this.#unflushed.latest(sector)?.subarray(from, target.length - start);
      if (bytes !== undefined) target.set(bytes, start + from);
    }
  }

  async #write(source: Uint8Array, offset: number, fua: boolean): Promise<void> {
    const end = offset + source.length;
    for (let at = offset; at < end; ) {
      const sector = Math.floor(at / this.#sectorBytes);
      const start = sector * this.#sectorBytes;
      const stop = Math.min(end, start + this.#sectorBytes);
      const bytes = await this.#copyOf(sector);
      bytes.set(source.subarray(at - offset, stop - offset), at - start);
      this.#unflushed.add(sector, bytes);
      at = stop;
    }
    await this.#settle(offset, source.length, fua);
  }

  /** The range becomes zeroes. Its whole sectors are `zeroes`, all of them the same copy. */
  async #clear(
    offset: number,
    length: number,
    zeroes: Uint8Array,
    fua: boolean,
    within: () => Awaitable<void>,
  ): Promise<void> {
    if (length > REMEMBERED_BYTES_MAX) {
      await this.#persist(offset, length);
      await within();
      await this.#inner.flush?.();
      return;
    }
    const end = offset + length;
    for (let at = offset; at < end; ) {
      const sector = Math.floor(at / this.#sectorBytes);
      const start = sector * this.#sectorBytes;
      const stop = Math.min(end, start + this.#sectorBytes);
      if (stop - at === this.#sectorBytes) {
        this.#unflushed.add(sector, zeroes);
      } else {
        const bytes = await this.#copyOf(sector);
        this.#unflushed.add(sector, bytes.fill(0, at - start, stop - start));
      }
      at = stop;
    }
    await this.#settle(offset, length, fua);
  }

  /** The sector as reads find it; the last of the disk may be short. Of that, what is no whole block nobody can reach. */
  async #copyOf(sector: number): Promise<Uint8Array> {
    const latest = this.#unflushed.latest(sector);
    if (latest !== undefined) return latest.slice();
    const { size, blockSize: { minimum } = { minimum: 1 } } = this.#inner;
    const start = sector * this.#sectorBytes;
    const bytes = new Uint8Array(Math.min(this.#sectorBytes, size - (size % minimum) - start));
    await this.#inner.read(bytes, start);
    return bytes;
  }

  /** After a change: on to stable storage with it, if it must be there. */
  async #settle(offset: number, length: number, fua: boolean): Promise<void> {
    if (!fua && this.#inner.flush !== undefined) return;
    await this.#persist(offset, length);
    await this.#inner.flush?.();
  }

  async #flushAll(): Promise<void> {
    await this.#persist(0, this.#inner.size);
    await this.#inner.flush?.();
  }

  /** Brings the sectors that the range touches to the disk within, neighbours of one kind in one call. */
  async #persist(offset: number, length: number): Promise<void> {
    const { payloadMax = RUN_BYTES_MAX } = this.#inner.blockSize ?? {};
    const sectorsMax = Math.floor(Math.min(payloadMax, RUN_BYTES_MAX) / this.#sectorBytes);
    for (const run of this.#unflushed.runs(this.#unflushedIn(offset, length), sectorsMax)) {
      await this.#persistRun(run);
      for (let i = 0; i < run.pieces.length; i++) this.#unflushed.forget(run.first + i);
    }
  }

  /** Zeroes go as such, so that a sparse disk stays sparse. */
  async #persistRun({ first, pieces, zeroes }: SectorRun): Promise<void> {
    const offset = first * this.#sectorBytes;
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (zeroes !== undefined && this.#inner.zero !== undefined) {
      const mayTrim = zeroes === this.#unflushed.hole;
      await this.#inner.zero(offset, length, { fua: false, mayTrim, fast: false });
      return;
    }
    const source = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      source.set(piece, at);
      at += piece.length;
    }
    await this.#inner.write?.(source, offset, PLAIN);
  }

  /** What is not flushed counts as data, whatever it is. */
  async *#extents(offset: number, length: number): AsyncGenerator<Extent> {
    await this.#inLine(() => undefined);
    if (this.#unflushedIn(offset, length).length > 0) yield dataExtent(length);
    else yield* this.#inner.extents?.(offset, length) ?? [];
  }

  #unflushedIn(offset: number, length: number): readonly number[] {
    const first = Math.floor(offset / this.#sectorBytes);
    return this.#unflushed.within(first, Math.ceil((offset + length) / this.#sectorBytes));
  }
}
