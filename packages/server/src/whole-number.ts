/** Numbers that a caller gives us, checked before they do harm. */

/** The longest that a timer of Node can wait, milliseconds: beyond it, it would not wait at all. */
export const TIMER_MILLIS_MAX: number = 2 ** 31 - 1;

/**
 * Answers `value` if it is a whole number within the bounds, by default 0 and up.
 *
 * @throws RangeError that names it
 */
export function checkWhole(
  name: string,
  value: number,
  { minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: { minimum?: number; maximum?: number } = {},
): number {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
  const bounds =
    maximum === Number.MAX_SAFE_INTEGER
      ? `of at least ${minimum}`
      : `from ${minimum} to ${maximum}`;
  throw new RangeError(`${name} must be a whole number ${bounds}, not ${value}`);
}

/** As `checkWhole`, of milliseconds to wait. */
export function checkMillis(name: string, value: number): number {
  return checkWhole(name, value, { maximum: TIMER_MILLIS_MAX });
}
