/**
 * A disk that is not there: it reads as zeroes and forgets what is written.
 */
import type { Driver } from '@nbd/driver';
import { holeExtent } from '@nbd/driver';
import { checkSize } from './size.ts';

export interface NullDriverOptions {
  /** Size of the disk: any safe integer of at least 0, in bytes. */
  readonly size: number;
}

/**
 * A disk of zeroes, one hole from end to end, that accepts every change and keeps none. For measuring
 * everything but a disk. Throws a `RangeError` when `size` is not such an integer.
 */
export function nullDriver(options: NullDriverOptions): Driver {
  let size = checkSize('null disk', options.size);
  return {
    get size() {
      return size;
    },
    fua: 'native',
    multiConn: true,
    retainsSource: false,
    fillsTarget: true,
    read(target) {
      target.fill(0);
    },
    write() {},
    flush() {},
    trim() {},
    zero() {},
    cache() {},
    extents(offset) {
      return [holeExtent(size - offset)];
    },
    resize(newSize) {
      size = newSize;
    },
  };
}
