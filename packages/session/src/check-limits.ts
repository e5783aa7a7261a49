/**
 * Checks limits that count something.
 *
 * @throws RangeError for one that is not a safe integer of at least 1
 */
export function checkLimits(limits: object): void {
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw new RangeError(`${name} must be a whole number of at least 1, not ${String(value)}`);
    }
  }
}
