/** Options that are whole numbers. */
import { UsageError } from './usage-error.ts';

/**
 * The number that the word behind `option` means: digits, or such as 1e8.
 *
 * @throws UsageError for anything else, and for one out of bounds
 */
export function wholeNumber(
  option: string,
  word: string,
  { minimum = 1, maximum = Number.MAX_SAFE_INTEGER }: { minimum?: number; maximum?: number } = {},
): number {
  const value = Number(word);
  if (/^\d+(?:e\d+)?$/.test(word) && value >= minimum && value <= maximum) return value;
  throw new UsageError(
    `${option}: expected a whole number from ${minimum} to ${maximum}, found ${JSON.stringify(word)}`,
  );
}
