/** Numbers that a caller gives us, checked before they do harm. */

/** The longest that a timer of Node can wait, milliseconds: beyond it, it would not wait at all. */
const TIMER_MILLIS_MAX = 2 ** 31 - 1;

/**
 * Answers `value` if it is a whole number within the bounds.
 *
 * @throws RangeError that names it
 */
export function checkWhole(
  name: string,
  value: number,
  minimum: number,
  maximum: number = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
  throw new RangeError(
    `${name} must be a whole number from ${minimum} to ${maximum}, not ${value}`,
  );
}

/** As `checkWhole`, of milliseconds to wait. */
export function checkMillis(name: string, value: number): number {
  return checkWhole(name, value, 0, TIMER_MILLIS_MAX);
}
