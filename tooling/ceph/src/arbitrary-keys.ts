/** Keys as nobody would choose them: what is special in paths, in queries, in XML, and what is not ASCII. */
import fc from 'fast-check';

const SPECIAL = [' ', '+', '%', '%2F', '/', '//', '&', '<', '>', '"', "'", '?', '#', '=', ';', ':'];
const MORE = ['@', '!', '(', ')', '*', '~', '\\', '^', '`', '|', '{', '}', '[', ']', ',', '$'];

/** Keys of up to some hundred bytes. */
export function keys(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...SPECIAL, ...MORE),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    fc.stringMatching(/^[a-z0-9._-]{1,8}$/),
  );
  return fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
}

/** The same keys in the order of their bytes in UTF-8. */
export function inOrder(given: readonly string[]): readonly string[] {
  return given.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}
