/**
 * A disk whose content tells where it is from.
 */
import type { Driver } from '@nbd/driver';
import { checkSize } from './size.ts';

export interface PatternDriverOptions {
  /** Size of the disk: any safe integer of at least 0, in bytes. It need not be whole words. */
  readonly size: number;
}

const WORD_BYTES = 8;

/**
 * A read-only disk on which each aligned word of 8 bytes is its own offset, as a 64-bit big-endian
 * integer: what a client has read shows where it came from, at any size and for no memory. The same
 * pattern as that of nbdkit's pattern plugin.
 *
 * Throws a `RangeError` when `size` is not such an integer.
 */
export function patternDriver(options: PatternDriverOptions): Driver {
  return {
    size: checkSize('pattern disk', options.size),
    multiConn: true,
    fillsTarget: true,
    read: readPattern,
  };
}

/** The part of a word before the first border, whole words, and the part of a word behind the last. */
function readPattern(target: Uint8Array, offset: number): void {
  const { length } = target;
  const head = Math.min((WORD_BYTES - (offset % WORD_BYTES)) % WORD_BYTES, length);
  const tail = length - ((length - head) % WORD_BYTES);
  for (let at = 0; at < head; at += 1) target[at] = patternByte(offset + at);

  const view = new DataView(target.buffer, target.byteOffset, length);
  let high = Math.floor((offset + head) / 2 ** 32);
  let low = (offset + head) % 2 ** 32;
  for (let at = head; at < tail; at += WORD_BYTES) {
    view.setUint32(at, high);
    view.setUint32(at + 4, low);
    low += WORD_BYTES;
    if (low === 2 ** 32) {
      low = 0;
      high += 1;
    }
  }
  for (let at = tail; at < length; at += 1) target[at] = patternByte(offset + at);
}

function patternByte(offset: number): number {
  const place = offset % WORD_BYTES;
  const word = offset - place;
  const half = place < 4 ? Math.floor(word / 2 ** 32) : word % 2 ** 32;
  return (half >>> (24 - 8 * (place % 4))) & 0xff;
}
