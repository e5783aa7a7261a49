/**
 * A disk that the choices of an input draw: what it offers, and how and when it answers. It notes each call that breaks the
 * contract of `Driver`, which a client must not be able to bring about.
 */
import {
  type Awaitable,
  type BatchedRead,
  type Driver,
  DriverError,
  type Extent,
} from '@nbd/driver';
import type { Dice } from '../../../../packages/session/test/client/dice.ts';
import { DISK_BYTES } from './client-messages.ts';

/** What is longer an ordinary disk does not take. */
const PAYLOAD_MAX = 8192;
/** The longest run of data in a map of it. */
const EXTENT_BYTES = 100_352;
/** Views are lent from multiples of it, without a choice for it: so inputs that were kept before there were views mean the same. */
const LENT_EVERY = 1024;
const CODES = ['EIO', 'ENOSPC', 'ENOTSUP', 'EPERM', 'EINVAL', 'ENOMEM'] as const;

export interface WatchedDriver {
  readonly driver: Driver;
  /** What was asked of it against the contract. */
  readonly faults: readonly string[];
  /** How often it was called. */
  readonly calls: () => number;
}

/** A disk of `size` bytes, which refuses to grow beyond twice as many. */
export function watchedDriver(dice: Dice, size: number): WatchedDriver {
  const disk = new WatchedDisk(dice, size);
  return { driver: disk.draw(), faults: disk.faults, calls: () => disk.calls };
}

class WatchedDisk {
  readonly faults: string[] = [];
  calls = 0;
  readonly #dice: Dice;
  readonly #bytes: Uint8Array;
  readonly #minimum: number;
  readonly #readOnly: boolean;
  readonly #isFuaNative: boolean;
  readonly #payloadMax: number;
  #size: number;
  /** Behind it are only zeroes. */
  #dataEnd: number;

  constructor(dice: Dice, size: number) {
    this.#dice = dice;
    this.#size = size;
    this.#payloadMax = size > DISK_BYTES ? size : PAYLOAD_MAX;
    this.#bytes = new Uint8Array(2 * size);
    this.#minimum = dice.oneIn(2) ? 512 : 1;
    this.#readOnly = dice.oneIn(5);
    this.#isFuaNative = dice.oneIn(2);
    this.#dataEnd = size / 2;
    this.#bytes.fill(7, 0, this.#dataEnd);
  }

  draw(): Driver {
    const dice = this.#dice;
    const size = () => this.#size;
    return {
      get size() {
        return size();
      },
      blockSize: { minimum: this.#minimum, preferred: 4096, payloadMax: this.#payloadMax },
      readOnly: this.#readOnly,
      ...(this.#isFuaNative && { fua: 'native' as const }),
      ...(dice.oneIn(3) && { concurrency: 2 }),
      ...(dice.oneIn(2) && { fillsTarget: true as const }),
      ...(dice.oneIn(2) && { retainsSource: false as const }),
      read: (target, offset) => this.#read(target, offset),
      ...(dice.oneIn(2) && {
        readBatch: (reads: readonly BatchedRead[]) => this.#readBatch(reads),
        lendsViews: true as const,
      }),
      write: (source, offset, { fua }) =>
        this.#change(offset, source.length, fua, () => this.#set(source, offset)),
      ...(!dice.oneIn(4) && { flush: () => this.#answer(() => undefined) }),
      ...(!dice.oneIn(4) && {
        trim: (offset, length, { fua }) => this.#change(offset, length, fua, () => undefined),
      }),
      ...(!dice.oneIn(4) && {
        zero: (offset, length, { fua }) =>
          this.#change(offset, length, fua, () => this.#bytes.fill(0, offset, offset + length)),
      }),
      ...(!dice.oneIn(4) && {
        cache: (offset, length) => this.#ranged(offset, length, () => undefined),
      }),
      ...(!dice.oneIn(4) && { extents: (offset, length) => this.#extents(offset, length) }),
      maps: [{ name: 'x-test:map', runs: (offset, length) => this.#runs(offset, length) }],
      ...(dice.oneIn(2) && { resize: (newSize) => this.#resize(newSize) }),
    };
  }

  #read(target: Uint8Array, offset: number): Awaitable<void> {
    return this.#ranged(offset, target.length, () => {
      target.set(this.#bytes.subarray(offset, offset + target.length));
    });
  }

  #readBatch(reads: readonly BatchedRead[]): void {
    for (const read of reads) {
      try {
        const answer = this.#read(read.target, read.offset);
        if (answer !== undefined) read.answer = answer;
        else if (read.takesView === true && read.offset % LENT_EVERY === 0) this.#lend(read);
      } catch (error) {
        read.answer = Promise.reject(error);
      }
    }
  }

  /** What is in the target counts no more. */
  #lend(read: BatchedRead): void {
    read.target.fill(0xdb);
    read.view = this.#bytes.subarray(read.offset, read.offset + read.target.length);
  }

  #set(source: Uint8Array, offset: number): void {
    this.#bytes.set(source, offset);
    this.#dataEnd = Math.max(this.#dataEnd, offset + source.length);
  }

  #change(offset: number, length: number, fua: boolean, effect: () => void): Awaitable<void> {
    if (this.#readOnly) this.faults.push('a change of a disk that is read-only');
    if (fua && !this.#isFuaNative) this.faults.push('FUA of a disk that has none');
    return this.#ranged(offset, length, effect);
  }

  #resize(size: number): Awaitable<void> {
    if (this.#readOnly) this.faults.push('a resize of a disk that is read-only');
    if (!Number.isSafeInteger(size) || size < 0) this.faults.push(`a resize to ${size}`);
    return this.#answer(() => {
      if (size > this.#bytes.length) throw new DriverError('ENOSPC', 'too large for this test');
      this.#size = size;
    });
  }

  *#extents(offset: number, length: number): Generator<Extent> {
    this.#look(offset, length);
    const dataEnd = Math.min(this.#dataEnd, this.#size);
    for (let at = offset; at < dataEnd; at += EXTENT_BYTES) {
      yield { length: Math.min(EXTENT_BYTES, dataEnd - at), hole: false, zero: false };
    }
    const holeStart = Math.max(offset, dataEnd);
    if (this.#size > holeStart) yield { length: this.#size - holeStart, hole: true, zero: true };
  }

  *#runs(offset: number, length: number): Generator<{ length: number; value: number }> {
    this.#look(offset, length);
    for (let at = offset; at < offset + length; at += 512) {
      yield { length: Math.min(512, this.#size - at), value: at };
    }
  }

  #ranged(offset: number, length: number, effect: () => void): Awaitable<void> {
    this.#look(offset, length);
    return this.#answer(effect);
  }

  /** Holds a range against what every driver is promised. */
  #look(offset: number, length: number): void {
    const isInside = Number.isSafeInteger(offset) && offset >= 0 && offset + length <= this.#size;
    if (!isInside || length < 1) this.faults.push(`${offset}+${length} of ${this.#size} bytes`);
    if (offset % this.#minimum !== 0 || length % this.#minimum !== 0) {
      this.faults.push(`${offset}+${length} in blocks of ${this.#minimum}`);
    }
  }

  /** At once or later, and at times with an error. */
  #answer(effect: () => void): Awaitable<void> {
    this.calls++;
    const code = this.#dice.oneIn(9) ? CODES[this.#dice.below(CODES.length)] : undefined;
    const settle = () => {
      if (code !== undefined) throw new DriverError(code, 'as the test wants it');
      effect();
    };
    return this.#dice.oneIn(3) ? Promise.resolve().then(settle) : settle();
  }
}
