/** The mode of the file of a Unix socket, as `chmod` has it: 660. */
const MODE = /^0?[0-7]{3}$/;

/**
 * The mode that `text` means.
 *
 * @throws TypeError
 */
export function parseSocketMode(text: string): number {
  if (MODE.test(text)) return Number.parseInt(text, 8);
  throw new TypeError(
    `expected three octal digits, such as 660 or 600, found ${JSON.stringify(text)}`,
  );
}
