/**
 * `defaults` with `overrides` in their place, for limits that count something.
 *
 * @throws TypeError for a limit that is not among the defaults, RangeError for one that is not a safe integer of at least 1
 */
export function overrideLimits<Limits extends object>(
  defaults: Limits,
  overrides: Partial<Limits>,
): Limits {
  for (const [name, value] of Object.entries<unknown>(overrides)) {
    if (!Object.hasOwn(defaults, name)) throw new TypeError(describeUnknown(name, defaults));
    if (!isCount(value)) {
      throw new RangeError(`${name} must be a whole number of at least 1, not ${String(value)}`);
    }
  }
  return { ...defaults, ...overrides };
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

/** Whoever has misspelt one relies on it, and finds it in the list. */
function describeUnknown(name: string, defaults: object): string {
  return `limits: there is no ${JSON.stringify(name)}, expected one of ${Object.keys(defaults).join(', ')}`;
}
