/**
 * Sizes as people write them: 4k, 64M, 1073741824.
 */

const SIZE = /^(?<count>\d+)(?<unit>[kmg]?)$/i;

/** Each is 1024 times the one before. */
const UNITS = ['', 'k', 'm', 'g'];

/**
 * The bytes that `text` means: digits, and one of k m g (either case) for powers of 1024.
 *
 * @throws RangeError for anything else, and for 0
 */
export function parseSize(text: string): number {
  const { count, unit = '' } = SIZE.exec(text)?.groups ?? {};
  const bytes = Number(count) * 1024 ** UNITS.indexOf(unit.toLowerCase());
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new RangeError(`expected a size such as 4096, 4k or 64M, found ${JSON.stringify(text)}`);
}
