/**
 * What is written where: bytes that do not compress, the same for each mebibyte. So whatever is read can be compared,
 * however often its place was written.
 */
import { seededRandom } from '@nbd/filters';

const PERIOD_BYTES = 2 ** 20;
const SEED = 7;

const PERIOD = makePeriod();

/**
 * The bytes at `offset`, not to be changed.
 *
 * @throws RangeError if they are not within one mebibyte
 */
export function patternAt(offset: number, length: number): Uint8Array {
  const from = offset % PERIOD_BYTES;
  if (from + length > PERIOD_BYTES) {
    throw new RangeError(`expected bytes of one mebibyte, found ${length} at ${offset}`);
  }
  return PERIOD.subarray(from, from + length);
}

/** @throws Error if `bytes` are not what was written at `offset` */
export function checkPattern(bytes: Uint8Array, offset: number): void {
  if (Buffer.compare(bytes, patternAt(offset, bytes.length)) === 0) return;
  throw new Error(`expected what was written at ${offset}, found other bytes`);
}

function makePeriod(): Uint8Array {
  const random = seededRandom(SEED);
  const words = Uint32Array.from({ length: PERIOD_BYTES / 4 }, () => random() * 2 ** 32);
  return new Uint8Array(words.buffer);
}
