/** Words of the command line that mean numbers and choices. */
import { InvalidArgumentError, type OptionValues } from 'commander';
import { parseBytes } from './byte-count.ts';

/** Whether an option without a value was given. */
export function isOn(words: OptionValues, name: string): boolean {
  return words[name] === true;
}

/** A number of bytes. Throws what commander makes a message of. */
export function bytes(word: string): number {
  const found = parseBytes(word);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('expected bytes, such as 512 or 64K');
}

/** How many of something. Throws likewise. */
export function count(word: string): number {
  const found = Number(word);
  if (/^\d+$/.test(word) && found >= 1 && found <= 1024) return found;
  throw new InvalidArgumentError('expected a whole number of 1 to 1024');
}
