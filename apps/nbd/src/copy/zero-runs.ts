/** Zeroes that nobody has told of, found in bytes that have been read. */

export interface ByteRun {
  /** Where it begins and ends in the bytes. */
  readonly start: number;
  readonly end: number;
  readonly zero: boolean;
}

/** As long as the longest grain that is compared in one go. */
const ZEROES = new Uint8Array(64 * 1024);

/**
 * The bytes as runs: those that are `zero` begin at a multiple of `grain`, and end at one or with the
 * bytes. With `grain` 0, all is one run of data.
 */
export function zeroRuns(bytes: Uint8Array, grain: number): readonly ByteRun[] {
  if (grain === 0 || bytes.length === 0) return [{ start: 0, end: bytes.length, zero: false }];
  const runs: ByteRun[] = [];
  let start = 0;
  let zero = isZero(bytes, 0, Math.min(grain, bytes.length));
  for (let at = grain; at < bytes.length; at += grain) {
    // In data, the first byte of most blocks tells that it goes on; to ask here saves a call for each.
    if (!zero && bytes[at] !== 0) continue;
    if (isZero(bytes, at, Math.min(at + grain, bytes.length)) === zero) continue;
    runs.push({ start, end: at, zero });
    start = at;
    zero = !zero;
  }
  runs.push({ start, end: bytes.length, zero });
  return runs;
}

/** The first byte tells most of what is no zero. */
function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== 0) return false;
  for (let at = start; at < end; at += ZEROES.length) {
    const length = Math.min(ZEROES.length, end - at);
    if (Buffer.compare(bytes.subarray(at, at + length), ZEROES.subarray(0, length)) !== 0) {
      return false;
    }
  }
  return true;
}
