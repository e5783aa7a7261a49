/**
 * Sizes as people write them: 512, 64M, 1T.
 */
import { ProgramError } from '../program-error.ts';

const SIZE = /^(?<count>\d+)(?<unit>[KMGTPE]?)$/i;

/** Each is 1024 times the one before. */
const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/**
 * The bytes that `text` means, a safe integer: digits, and one of K M G T P E for powers of 1024.
 *
 * @throws ProgramError "wrong-usage"
 */
export function parseSize(text: string): number {
  const { count, unit = '' } = SIZE.exec(text)?.groups ?? {};
  if (count === undefined) {
    throw new ProgramError(
      'wrong-usage',
      `expected a size in bytes or with one of K M G T P E, such as 64M, found ${JSON.stringify(text)}`,
    );
  }
  const bytes = Number(count) * 1024 ** UNITS.indexOf(unit.toUpperCase());
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new ProgramError('wrong-usage', `expected a size below 8P (2^53 bytes), found ${text}`);
}
