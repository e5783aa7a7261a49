/** A read-only disk over a `Blob` or a `File`. */
import type { Driver } from '@nbd/driver';
import { type BlobLike, BlobReader } from './blob-reader.ts';
import { BLOCK_BYTES, SliceCache } from './slice-cache.ts';
import { FOLLOWED_MAX, ReadAhead } from './read-ahead.ts';

export type { BlobLike } from './blob-reader.ts';

export interface BlobDriverOptions {
  /** What the disk holds, byte for byte. */
  readonly blob: BlobLike;
  /**
   * Bytes of slices that are kept or being read, at a time: at least 1 MiB. Default 16 MiB. Reads that need
   * more wait for each other.
   */
  readonly cacheBytesMax?: number;
  /**
   * How far to read ahead of somebody who reads in order, in bytes; 0: not at all. Default 1 MiB. It is never more
   * than a sixteenth of `cacheBytesMax`, so that several such readers do not push out each other's slices.
   */
  readonly readAheadMax?: number;
}

const CACHE_BYTES_MIN = 2 ** 20;

/**
 * A disk of the bytes of `blob`, in a browser or in Node (`fs.openAsBlob`). It is as large as the blob is now.
 *
 * Reads of what is cached are answered at once. A file that was changed, moved or made unreadable since it
 * was chosen fails with EIO for the reads that need it; what is in the cache is still answered.
 *
 * @throws RangeError for a bound that is not a whole number of bytes, or a cache of less than 1 MiB
 */
export function blobDriver(options: BlobDriverOptions): Driver {
  const { blob, cacheBytesMax = 16 * 2 ** 20, readAheadMax = 2 ** 20 } = options;
  checkBound('cacheBytesMax', cacheBytesMax, CACHE_BYTES_MIN);
  checkBound('readAheadMax', readAheadMax, 0);
  const { size } = blob;
  const cache = new SliceCache(new BlobReader(blob, size), cacheBytesMax);
  const share = Math.floor(cacheBytesMax / (2 * FOLLOWED_MAX));
  const readAhead = new ReadAhead(Math.min(readAheadMax, share), 2 * BLOCK_BYTES);

  return {
    size,
    readOnly: true,
    multiConn: true,
    fillsTarget: true,

    read(target, offset) {
      const answer = cache.read(target, offset);
      const ahead = readAhead.note(offset, offset + target.length);
      if (ahead !== undefined) cache.prefetch(ahead.from, Math.min(ahead.to, size));
      return answer;
    },

    close() {
      cache.clear();
    },
  };
}

function checkBound(name: string, found: number, min: number): void {
  if (Number.isSafeInteger(found) && found >= min) return;
  throw new RangeError(`${name}: expected a whole number of at least ${min} bytes, found ${found}`);
}
