/**
 * A program without types may misspell an option, and without the one that was meant serve in the clear, say.
 *
 * @throws TypeError that begins with `where` and names those that there are: the keys of `names`
 */
export function checkOptionNames(options: object, names: object, where = ''): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names).join(', ');
    throw new TypeError(
      `${where}there is no option ${JSON.stringify(name)}, expected one of ${known}`,
    );
  }
}
