/** The two ends of a copy. Offsets and lengths are bytes; buffers are lent until a promise settles. */
import type { Awaitable } from '@nbd/driver';

/** A range that is all zeroes, or may be anything. */
export interface Run {
  /** At least 1; that of the last may be infinite, where nobody knows the end. */
  readonly length: number;
  readonly zero: boolean;
}

export interface Source {
  /** For messages. */
  readonly name: string;
  /** Undefined: it ends when it ends, and `read` says so. */
  readonly size: number | undefined;
  /** Every offset and length of a read is a multiple of it, but for the end of the source. */
  readonly blockMinimum: number;
  /** What there is, from the start, in order and without gaps. */
  runs(): AsyncIterable<Run>;
  /**
   * Fills all of `target`, and answers how much that is: less than all of it only where a source of
   * unknown size has come to its end. Reads may overlap in time.
   */
  read(target: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

export interface Destination {
  /** For messages. */
  readonly name: string;
  /** Where the last byte must end; undefined: it grows. */
  readonly capacity: number | undefined;
  /** Every offset and length is a multiple of it, always. */
  readonly blockMinimum: number;
  /** True: once it is prepared, all of it reads as zeroes and is a hole. */
  readonly startsEmpty: boolean;
  /** Called once, before anything is written: `size` is that of the source. What was there may go now. */
  prepare(size: number | undefined): Awaitable<void>;
  /** Writes may overlap in time, but not in place. */
  write(source: Uint8Array, offset: number): Promise<void>;
  /** Makes the range read as zeroes; a hole where it may be one. */
  zero(offset: number, length: number): Promise<void>;
  /** Called once, at the end of a copy of `size` bytes. With `flush` it is on stable storage afterwards. */
  finish(size: number, flush: boolean): Promise<void>;
  close(): Promise<void>;
}

/** What a destination has to know of the wishes of the person. */
export interface WriteWishes {
  /** Zeroes take up their space. */
  readonly allocated: boolean;
}
